# a comment first

   # indented comment
if a:
	b
	c
	if d:
	    e
	    f
g

if h:
  i


# at the start
    # deeper
j
if k: l; m; # n
x = (1 +
# in brackets

  2)
y = [
1,
  2
]
z = a + \
  b
if a and \
   b:
  c
class D:


    def e(self):
        return {
            "x": 1,
        }

    f = 1
    
  
	
g = 2
if a:
  if b:
    if c:
      d
e
if a: b
else: c


last = "no line end"