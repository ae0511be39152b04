"""Whatever is sent to the service, it answers in order: never with a defect of ours."""

import http.client
import io
from collections import Counter
from collections.abc import Iterator

import pytest

from collector.web.uploads.reader_pool import ReaderPool
from tests.fuzz.service import Target, hammer, served

EXAMPLES = 6
BOUNDARY = {"content-type": "multipart/form-data; boundary=x"}
FORM = {"content-type": "application/x-www-form-urlencoded"}
FILE_FOR_TOKEN = b'--x\r\nContent-Disposition: form-data; name="form_token"; filename="a"\r\n\r\na\r\n--x--'


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory, readers: ReaderPool) -> Iterator[Target]:
    with served(tmp_path_factory.mktemp("fuzz"), readers) as running:
        yield running


def test_no_request_made_from_the_schema_meets_a_defect(target: Target) -> None:
    total: Counter[int] = Counter()
    for result in target.schema().get_all_operations():
        statuses, defects = hammer(target, result.ok(), EXAMPLES)
        assert not defects, defects[0]
        total += statuses
    assert total[200] > 30 and total[303] > 20, "most requests must get behind the first door"
    assert total[404] and total[403] and total[422]


@pytest.mark.parametrize(
    ("method", "path", "headers", "body"),
    [
        ("GET", "/s/" + "a" * 5000, {}, b""),
        ("GET", "/s/%00%ff%fe/photos", {}, b""),
        ("GET", "/static/" + "a" * 300 + ".css", {}, b""),
        ("GET", "/static/%00", {}, b""),
        ("GET", "/static/..%2f..%2fapp.py", {}, b""),
        ("GET", "/static/paper.css", {"range": "bytes=9-3,-,99999999999999999999-"}, b""),
        ("GET", "/static/paper.css", {"if-modified-since": "yesterday", "if-none-match": '"' * 500}, b""),
        ("GET", "/", {"accept-language": "ko;q=x,;;,en;q=" + "9" * 400}, b""),
        ("GET", "/", {"cookie": 'sonmat_form="\x01\\777; ==; sonmat_language=' + "x" * 3000}, b""),
        ("GET", "/operator", {"cookie": "sonmat_operator=\xb2\xb3.x"}, b""),
        ("GET", "/metrics", {"authorization": "Bearer \xff\xfe"}, b""),
        ("GET", "/", {"host": "[::1"}, b""),
        ("GET", "/", {"x-forwarded-for": "not an address, ,\xff"}, b""),
        ("GET", "/operator?page=" + "9" * 400, {}, b""),
        ("GET", "/language/ko?back=/%0d%0aset-cookie:%20a=b", {}, b""),
        ("POST", "/s", {"content-type": "multipart/form-data"}, b"no boundary"),
        ("POST", "/s", BOUNDARY, b"--x\r\n\r\n\r\n--x--"),
        ("POST", "/s", BOUNDARY, b"--x\r\nContent-Disposition: form-data\r\n\r\nnameless\r\n--x--\r\n"),
        ("POST", "/s", BOUNDARY, b"--x\r\nContent-Disposition: form-data; name=\xff\r\n\r\n\xff\xfe\r\n--x--\r\n"),
        ("POST", "/s", BOUNDARY, FILE_FOR_TOKEN),
        ("POST", "/s", {"content-type": "multipart/form-data; boundary=x; charset=klingon"}, b"--x--"),
        ("POST", "/s", FORM, b"&" * 5000),
        ("POST", "/s", FORM, b"form_token=%ff%00&form_token=" + b"%zz"),
        ("POST", "/s", {"content-type": "application/json"}, b"[" * 5000),
        ("POST", "/s", {"content-length": "-1"}, b""),
        ("TRACE", "/", {}, b""),
        ("HAMMER", "/s", {}, b""),
    ],
)  # fmt: skip
def test_odd_requests_are_answered_in_order(
    target: Target, method: str, path: str, headers: dict[str, str], body: bytes
) -> None:
    connection = http.client.HTTPConnection(target.address.removeprefix("http://"), timeout=20)
    connection.putrequest(method, path, skip_host="host" in headers)
    for name, value in ({"content-length": str(len(body))} | headers).items():
        connection.putheader(name, value.encode("latin-1"))
    connection.endheaders(body)
    answer = connection.getresponse()
    told = io.BytesIO(answer.read()).getvalue()
    connection.close()
    assert answer.status < 500, told[:500]
    assert b"Traceback" not in told
    assert "set-cookie: a=b" not in str(answer.headers).lower()
