''; ""; ''''''; """"""
'a' "b" '''c''' """d"""
'it\'s'; "say \"x\""; 'a"b'; "a'b"
'\a\b\f\n\r\t\v\\\0\1\12\123\1234\177'
'\x41\u0041\U00000041\U0001F600 \xe9 \u20ac'
'\d \. \8 \% \{'
'a\
b'
"""a
b\
c	d
"""
'''it's "so" \''' '''
"""a "quoted" ""word\""""
r'\n\'' R"\\" r'''a\
b'''
b'a\x00\xff\377\u0041\N{DASH}' B"\n" b''
rb'\x00' bR"\n" Rb'' BR''
u'é' U"ü"
'é\n€'
("a"
 # a comment between
 'b'  # and after
 )
x = "a" \
    "b"
"-- not a comment # either"
'\ud83d\ude00'
'%s %%' % x
"a" "" "b\n"
