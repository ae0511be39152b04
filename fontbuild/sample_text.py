"""Text that specimens show and that checks measure: Korean prose, and Latin with pairs that need kerning."""

PROSE = (
    "아침에 창문을 열면 골목 끝 빵집에서 고소한 냄새가 올라온다. 할머니는 낡은 공책에 또박또박 장 볼 것을 적으시고, "
    "나는 그 글씨를 가만히 들여다본다. 꾹꾹 눌러쓴 획마다 걸음걸이와 말투와 웃음이 배어 있다. "
    "얇은 종이 한 장이 이렇게 두터울 수 있을까, 읽을수록 궁금하고 또 그립다."
)
LATIN = (
    "To Yumi: We Two Type AVATAR, Total Wave. Very few jokes, but Tall Kites, Paper Yachts and Lovely Fjords. "
    "The quick brown fox jumps over the lazy dog; pack my box with five dozen liquor jugs."
)
