#!/usr/bin/env bash
# Writes deploy/.env with random secrets for deploy/compose.yaml; does not change an existing file.
set -euo pipefail
cd "$(dirname "$0")"

if [ -e .env ]; then
    echo "deploy/.env 이 이미 있습니다. There is a deploy/.env already; it stays." >&2
    exit 0
fi
umask 077
secret() { head -c 32 /dev/urandom | od -An -tx1 | tr -d ' \n'; }
cat >.env <<END
MYSQL_PASSWORD=$(secret)
MYSQL_ROOT_PASSWORD=$(secret)
S3_ACCESS_KEY=sonmat
S3_SECRET_KEY=$(secret)
SONMAT_SECRET=$(secret)
SONMAT_OPERATOR_TOKEN=$(secret)
GRAFANA_PASSWORD=$(secret)
END
echo "deploy/.env: 운영자 토큰과 암호가 들어 있습니다. It holds the operator's token and all passwords." >&2
