package animatic

// This file draws what a prompt can name: each thing by a function of its own.

import (
	"math"
	"slices"
)

// kinds are the things that prompts may put into a world. Filled at start, since drawing looks kinds up.
var kinds []kind

func init() {
	add := func(name, home string, size, base float64, draw func(*canvas, look, thing), words ...string) {
		kinds = append(kinds, kind{named{name, words}, home, size, base, draw})
	}
	add("lighthouse", "sea", 0.44, 0.05, lighthouse, "lighthouse", "灯塔")
	add("boat", "sea", 0.13, 0.17, boat, "boat", "rows", "rowing", "rowboat", "canoe", "小船", "划船", "船")
	add("ship", "sea", 0.2, 0.05, ship, "ship", "sailboat", "sails", "yacht", "帆船", "轮船")
	add("rocks", "sea", 0.12, 0.3, rocks, "rock", "rocks", "rocky", "reef", "礁石", "岩石")
	add("wave", "sea", 0.2, 0.3, wave, "wave", "surf", "breaker", "巨浪", "波浪", "海浪")
	add("lamp", "room", 0.34, 0.16, lamp, "lamp", "lantern", "灯光", "台灯", "灯笼", "提灯", "油灯", "大灯", "灯火")
	add("house", "", 0.22, 0.09, house, "house", "cabin", "cottage", "hut", "home", "barn", "房子", "小屋", "木屋")
	add("tree", "", 0.4, 0.13, tree, "tree", "oak", "树")
	add("person", "", 0.27, 0.3, person, slices.Concat(nouns, pronouns)...)
	add("robot", "", 0.27, 0.3, robot, "robot", "android", "机器人")
	add("birds", "", 0.1, -0.26, birds, "bird", "gull", "seagull", "crow", "flock", "鸟", "海鸥")
	add("dog", "", 0.13, 0.31, dog, "dog", "fox", "wolf", "cat", "horse", "deer", "狗", "猫", "狐狸", "马", "鹿")
	add("car", "", 0.12, 0.28, car, "car", "taxi", "truck", "driving", "汽车", "车")
	add("train", "field", 0.1, 0.14, train, "train", "railway", "火车", "列车")
	add("bridge", "", 0.2, 0.06, bridge, "bridge", "桥")
	add("fire", "", 0.12, 0.32, fire, "fire", "campfire", "flame", "bonfire", "篝火", "火焰")
	add("balloon", "", 0.24, -0.12, balloon, "balloon", "airship", "kite", "热气球", "气球")
	add("flower", "", 0.24, 0.36, flower, "flower", "rose", "tulip", "bouquet", "花")
	add("bottle", "studio", 0.34, 0.17, bottle, "bottle", "perfume", "flask", "瓶", "香水")
	add("cup", "studio", 0.17, 0.17, cup, "cup", "mug", "coffee", "tea", "杯", "咖啡", "茶")
	add("phone", "studio", 0.34, 0.17, phone, "phone", "smartphone", "tablet", "手机")
	add("shoe", "studio", 0.16, 0.17, shoe, "shoe", "sneaker", "boot", "鞋")
	add("watch", "studio", 0.3, 0.17, watch, "watch", "wristwatch", "clock", "手表", "钟")
}

// at turns a thing's own coordinates – its foot at 0,0, its top at 0,-1 – into the world's.
func (t thing) at(x, y float64) point { return point{t.X + x*t.Size, t.Y + y*t.Size} }

func (t thing) shape(c *canvas, col tone, alpha float64, xy ...float64) {
	ps := make([]point, 0, len(xy)/2)
	for i := 0; i+1 < len(xy); i += 2 {
		ps = append(ps, t.at(xy[i], xy[i+1]))
	}
	c.polygon(col, alpha, ps...)
}

func (t thing) disc(c *canvas, col tone, alpha, x, y, rx, ry float64) {
	p := t.at(x, y)
	c.ellipse(col, alpha, p.X, p.Y, rx*t.Size, ry*t.Size)
}

func (t thing) shine(c *canvas, col tone, k, x, y, r float64) {
	p := t.at(x, y)
	c.glow(col, k, p.X, p.Y, r*t.Size)
}

var warm = tone{255, 222, 150}

func lighthouse(c *canvas, l look, t thing) {
	rock := l.Near.to(l.Far, 0.3)
	t.shape(c, rock, 1, -0.42, 0.1, -0.34, 0.0, -0.2, -0.07, -0.05, -0.1, 0.16, -0.09, 0.3, -0.02, 0.44, 0.1)
	white := tone{228, 224, 214}.to(l.Sky, 0.3)
	if l.Dark {
		white = white.to(l.Near, 0.45)
	}
	t.shape(c, white, 1, -0.1, -0.08, -0.065, -0.78, 0.065, -0.78, 0.1, -0.08)
	red := tone{176, 62, 54}.to(l.Near, 0.3)
	for _, y := range []float64{-0.22, -0.5} {
		a := 0.1 - 0.035*(-y-0.08)/0.7
		b := 0.1 - 0.035*(-y+0.06)/0.7
		t.shape(c, red, 1, -a, y, -b, y-0.14, b, y-0.14, a, y)
	}
	t.shape(c, l.Near, 0.25, 0.02, -0.08, 0.015, -0.78, 0.065, -0.78, 0.1, -0.08) // the side away from the light
	t.shape(c, l.Near, 1, -0.095, -0.77, -0.095, -0.8, 0.095, -0.8, 0.095, -0.77)
	t.shape(c, warm, 1, -0.045, -0.8, -0.045, -0.89, 0.045, -0.89, 0.045, -0.8)
	t.shape(c, red.times(0.8), 1, -0.062, -0.89, 0, -1, 0.062, -0.89)
	if l.Dark {
		lens := t.at(0, -0.845)
		c.beam(warm, 0.5, lens.X, lens.Y, -0.05, 0.075, 2.6*t.Size)
		c.beam(warm, 0.3, lens.X, lens.Y, math.Pi+0.06, 0.075, 1.8*t.Size)
		t.shine(c, warm, 0.9, 0, -0.845, 0.3)
	}
}

func boat(c *canvas, l look, t thing) {
	hull := tone{112, 70, 48}.to(l.Near, 0.45)
	t.disc(c, l.Near, 0.4, 0, 0.05, 1.0, 0.08)
	person(c, l, thing{X: t.X - 0.05*t.Size, Y: t.Y - 0.05*t.Size, Size: 0.95 * t.Size, Coat: t.Coat})
	t.shape(c, hull, 1, -0.95, -0.34, -0.7, 0.02, 0.62, 0.02, 0.98, -0.38, 0.6, -0.25, -0.6, -0.25)
	t.shape(c, hull.to(l.Light, 0.25), 1, -0.95, -0.34, -0.6, -0.25, 0.6, -0.25, 0.98, -0.38, 0.96, -0.32, 0.58, -0.19,
		-0.6, -0.19, -0.92, -0.29)
	a, b := t.at(0.05, -0.42), t.at(0.72, 0.06)
	c.line(hull.to(l.Light, 0.4), 1, a.X, a.Y, b.X, b.Y, 0.035*t.Size)
}

func ship(c *canvas, l look, t thing) {
	hull := l.Near.to(tone{90, 60, 50}, 0.4)
	sail := tone{240, 232, 214}.to(l.Horizon, 0.4)
	t.shape(c, hull, 1, -0.5, -0.16, -0.36, 0.02, 0.36, 0.02, 0.54, -0.18)
	t.shape(c, hull, 1, -0.012, -0.15, -0.012, -1, 0.012, -1, 0.012, -0.15)
	t.shape(c, sail, 1, 0.03, -0.95, 0.4, -0.24, 0.03, -0.22)
	t.shape(c, sail.times(0.85), 1, -0.03, -0.88, -0.36, -0.26, -0.03, -0.22)
}

func rocks(c *canvas, l look, t thing) {
	for i := range 5 {
		k := float64(i)
		x, h := -1.1+0.55*k, 0.45+0.5*math.Abs(math.Sin(2.3*k+1))
		dark := l.Near.to(l.Far, 0.12*math.Mod(k, 3))
		t.shape(c, dark, 1, x-0.42, 0.15, x-0.28, -0.5*h, x-0.04, -h, x+0.2, -0.7*h, x+0.44, 0.15)
		t.shape(c, dark.to(l.Light, 0.25), 0.6, x-0.04, -h, x+0.2, -0.7*h, x+0.12, -0.3*h)
	}
	t.disc(c, tone{235, 240, 242}, 0.35, 0, 0.14, 1.5, 0.05)
}

func wave(c *canvas, l look, t thing) {
	body := l.Far.to(tone{70, 120, 130}, 0.45)
	if l.Dark {
		body = body.to(l.Near, 0.3)
	}
	foam := tone{240, 245, 246}
	back := func(k float64) point { return t.at(-2.2+2.6*k, 0.12-1.06*math.Pow(math.Sin(k*math.Pi/2), 2.4)) }
	outline := []point{}
	for i := range 40 {
		outline = append(outline, back(float64(i)/39))
	}
	// The lip curls over a hollow face.
	for i := range 16 {
		s, k := math.Sincos(-math.Pi/2 + 1.1*math.Pi*float64(i)/15)
		outline = append(outline, t.at(0.4+0.36*k, -0.62+0.32*s))
	}
	for i := range 16 {
		k := math.Cos(0.45*math.Pi + 0.75*math.Pi*float64(15-i)/15)
		outline = append(outline, t.at(0.44+0.3*k, -0.5+0.34*float64(i)/15))
	}
	outline = append(outline, t.at(0.5, 0), t.at(1.1, 0.12))
	c.polygon(body, 1, outline...)
	for i := range 5 { // streaks of light along its back
		k := 0.12 * float64(i)
		var streak []point
		for j := range 24 {
			p := back(0.35 + 0.6*float64(j)/23)
			streak = append(streak, point{p.X, p.Y + (0.06+k)*t.Size})
		}
		for j := 23; j >= 0; j-- {
			p := back(0.35 + 0.6*float64(j)/23)
			streak = append(streak, point{p.X, p.Y + (0.08+k)*t.Size})
		}
		c.polygon(l.Horizon, 0.22, streak...)
	}
	for i := range 22 { // foam on the lip, spray off it
		k := float64(i) / 21
		s, q := math.Sincos(-math.Pi*0.62 + 1.15*math.Pi*k)
		t.disc(c, foam, 0.75, 0.4+0.37*q, -0.63+0.33*s, 0.07-0.02*k, 0.05)
		h := hash(11, i)
		t.disc(c, foam, 0.5, 0.1+0.9*h, -1.05+0.5*hash(12, i)*h, 0.012+0.02*hash(13, i), 0.014)
		t.disc(c, foam, 0.45, -2+3.2*k, 0.12+0.02*math.Sin(7*k), 0.2, 0.035)
	}
}

func lamp(c *canvas, l look, t thing) {
	metal := l.Near.to(tone{120, 100, 70}, 0.45)
	t.shine(c, warm, 0.85, 0, -0.56, 1.5)
	t.shape(c, metal, 1, -0.26, 0, -0.2, -0.16, 0.2, -0.16, 0.26, 0)
	t.disc(c, warm.to(tone{255, 255, 255}, 0.35), 1, 0, -0.54, 0.26, 0.36)
	for i := range 7 { // the lens's rings
		y := -0.82 + 0.093*float64(i)
		half := 0.25 * math.Sqrt(max(0, 1-math.Pow((y+0.54)/0.37, 2)))
		a, b := t.at(-half, y), t.at(half, y)
		c.line(tone{214, 160, 84}, 0.7, a.X, a.Y, b.X, b.Y, 0.012*t.Size)
	}
	t.disc(c, tone{255, 255, 246}, 1, 0, -0.54, 0.08, 0.12)
	t.shape(c, metal, 1, -0.24, -0.86, -0.12, -0.98, 0.12, -0.98, 0.24, -0.86)
	for _, x := range []float64{-0.28, 0.28} {
		a, b := t.at(x, -0.88), t.at(x*0.92, -0.1)
		c.line(metal, 1, a.X, a.Y, b.X, b.Y, 0.03*t.Size)
	}
}

func house(c *canvas, l look, t thing) {
	wall := tone{196, 172, 144}.to(l.Far, 0.5)
	if l.Dark {
		wall = wall.to(l.Near, 0.5)
	}
	roof := tone{120, 62, 54}.to(l.Near, 0.45)
	t.shape(c, roof.times(0.8), 1, 0.28, -0.9, 0.28, -1, 0.4, -1, 0.4, -0.8)
	t.shape(c, wall, 1, -0.55, 0, -0.55, -0.5, 0.55, -0.5, 0.55, 0)
	t.shape(c, roof, 1, -0.68, -0.48, -0.36, -0.92, 0.36, -0.92, 0.68, -0.48)
	glass := l.Horizon
	if l.Dark {
		glass = warm
		t.shine(c, warm, 0.5, -0.28, -0.3, 0.4)
	}
	for _, x := range []float64{-0.38, 0.2} {
		t.shape(c, glass, 1, x, -0.18, x, -0.38, x+0.18, -0.38, x+0.18, -0.18)
	}
	t.shape(c, roof.times(0.7), 1, -0.08, 0, -0.08, -0.32, 0.09, -0.32, 0.09, 0)
}

func tree(c *canvas, l look, t thing) {
	trunk := tone{84, 62, 50}.to(l.Near, 0.5)
	t.shape(c, trunk, 1, -0.05, 0, -0.03, -0.5, -0.16, -0.66, -0.02, -0.58, 0, -0.72, 0.03, -0.58, 0.16, -0.68, 0.04,
		-0.48, 0.06, 0)
	leaf := tone{76, 112, 72}.to(l.Far, 0.35).to(l.Near, 0.3)
	for i := range 11 {
		a := 2 * math.Pi * float64(i) / 11
		r := 0.15 + 0.05*math.Sin(3*a)
		t.disc(c, leaf.times(0.86+0.22*math.Abs(math.Sin(a))), 0.95, 0.21*math.Cos(a), -0.74+0.17*math.Sin(a), r, r*0.85)
	}
	t.disc(c, leaf.to(l.Light, 0.16), 0.6, -0.08, -0.84, 0.2, 0.12)
}

func person(c *canvas, l look, t thing) {
	coat, ok := coats[t.Coat]
	if !ok {
		coat = plainCoat
	}
	coat = coat.to(l.Near, 0.22)
	if l.Dark {
		coat = coat.to(l.Near, 0.2)
	}
	dark := l.Near.times(0.7)
	t.shape(c, dark, 1, -0.1, 0, -0.08, -0.4, -0.005, -0.4, -0.02, 0)
	t.shape(c, dark, 1, 0.02, 0, 0.005, -0.4, 0.09, -0.4, 0.11, 0)
	t.shape(c, coat, 1, -0.14, -0.26, -0.11, -0.72, -0.06, -0.8, 0.06, -0.8, 0.12, -0.72, 0.15, -0.26)
	t.shape(c, coat.times(0.8), 1, 0.03, -0.26, 0.03, -0.79, 0.07, -0.8, 0.12, -0.72, 0.15, -0.26)
	t.shape(c, coat.times(0.88), 1, -0.11, -0.72, -0.19, -0.42, -0.14, -0.4, -0.07, -0.62)
	t.shape(c, coat.times(0.72), 1, 0.12, -0.72, 0.2, -0.44, 0.15, -0.41, 0.08, -0.62)
	t.disc(c, tone{214, 170, 140}.to(l.Near, 0.3), 1, 0, -0.87, 0.062, 0.075)
	t.shape(c, coat.times(0.92), 1, -0.11, -0.88, -0.07, -0.91, -0.05, -0.98, 0.05, -0.98, 0.07, -0.91, 0.11, -0.88)
}

func robot(c *canvas, l look, t thing) {
	steel := tone{176, 186, 196}.to(l.Far, 0.35)
	dark := steel.times(0.55)
	for _, x := range []float64{-0.1, 0.04} {
		t.shape(c, dark, 1, x, 0, x, -0.34, x+0.07, -0.34, x+0.07, 0)
	}
	t.shape(c, steel, 1, -0.17, -0.32, -0.19, -0.7, 0.19, -0.7, 0.17, -0.32)
	t.shape(c, dark, 1, -0.27, -0.36, -0.26, -0.68, -0.2, -0.68, -0.21, -0.36)
	t.shape(c, dark, 1, 0.21, -0.36, 0.2, -0.68, 0.26, -0.68, 0.27, -0.36)
	t.shape(c, steel.to(l.Light, 0.2), 1, -0.12, -0.73, -0.12, -0.95, 0.12, -0.95, 0.12, -0.73)
	t.disc(c, tone{120, 220, 230}, 1, -0.05, -0.85, 0.025, 0.025)
	t.disc(c, tone{120, 220, 230}, 1, 0.05, -0.85, 0.025, 0.025)
	t.disc(c, tone{236, 120, 90}, 1, 0, -0.55, 0.03, 0.03)
	t.shape(c, dark, 1, -0.008, -0.95, -0.008, -1, 0.008, -1, 0.008, -0.95)
}

func birds(c *canvas, l look, t thing) {
	ink := l.Near.to(l.Sky, 0.15)
	for i := range 6 {
		k := float64(i)
		x, y, s := -1.6+0.66*k, -0.5+0.45*math.Sin(2.1*k), 0.16+0.06*math.Sin(1.7*k+1)
		t.shape(c, ink, 1, x-s, y-0.5*s, x-0.4*s, y-0.42*s, x, y, x+0.4*s, y-0.42*s, x+s, y-0.5*s, x+0.35*s, y-0.2*s, x,
			y+0.2*s, x-0.35*s, y-0.2*s)
	}
}

func dog(c *canvas, l look, t thing) {
	fur := tone{120, 82, 56}.to(l.Near, 0.4)
	t.shape(c, fur, 1, -0.75, -0.55, -0.6, -0.72, 0.3, -0.72, 0.5, -0.98, 0.62, -1, 0.66, -0.92, 0.92, -0.78, 0.9, -0.66,
		0.6, -0.62, 0.42, -0.36, -0.6, -0.36)
	for _, x := range []float64{-0.66, -0.48, 0.2, 0.36} {
		t.shape(c, fur.times(0.85), 1, x, 0, x-0.02, -0.44, x+0.12, -0.44, x+0.09, 0)
	}
	t.shape(c, fur, 1, -0.72, -0.6, -1.0, -0.9, -0.92, -0.94, -0.6, -0.7)
}

func car(c *canvas, l look, t thing) {
	body := tone{186, 64, 56}.to(l.Near, 0.3)
	t.disc(c, l.Near.times(0.5), 0.5, 0, 0.02, 1.3, 0.07)
	t.shape(c, body, 1, -1.2, -0.1, -1.2, -0.45, -0.7, -0.55, -0.4, -0.98, 0.45, -0.98, 0.8, -0.55, 1.2, -0.42, 1.22, -0.1)
	t.shape(c, l.Horizon, 0.85, -0.56, -0.56, -0.34, -0.9, 0, -0.9, 0, -0.56)
	t.shape(c, l.Horizon, 0.85, 0.07, -0.56, 0.07, -0.9, 0.4, -0.9, 0.64, -0.56)
	for _, x := range []float64{-0.72, 0.72} {
		t.disc(c, l.Near.times(0.5), 1, x, -0.12, 0.22, 0.22)
		t.disc(c, l.Far, 1, x, -0.12, 0.09, 0.09)
	}
	t.disc(c, warm, 1, 1.16, -0.34, 0.06, 0.06)
	if l.Dark {
		t.shine(c, warm, 0.7, 1.2, -0.34, 0.9)
	}
}

func train(c *canvas, l look, t thing) {
	body := l.Near.to(tone{60, 96, 120}, 0.5)
	c.line(l.Near, 1, c.left, t.Y+0.006, c.right(), t.Y+0.006, 0.006)
	for i := range 6 {
		x := -4.2 + 1.7*float64(i)
		t.shape(c, body, 1, x, -0.1, x, -0.85, x+0.1, -1, x+1.5, -1, x+1.6, -0.85, x+1.6, -0.1)
		for w := range 5 {
			glass := l.Horizon
			if l.Dark {
				glass = warm
			}
			wx := x + 0.16 + 0.27*float64(w)
			t.shape(c, glass, 0.9, wx, -0.5, wx, -0.82, wx+0.18, -0.82, wx+0.18, -0.5)
		}
		t.disc(c, l.Near.times(0.6), 1, x+0.35, -0.06, 0.11, 0.11)
		t.disc(c, l.Near.times(0.6), 1, x+1.25, -0.06, 0.11, 0.11)
	}
}

func bridge(c *canvas, l look, t thing) {
	steel := l.Near.to(l.Far, 0.35)
	deck := t.at(0, -0.18)
	c.box(steel, 1, c.left, deck.Y-0.006, c.right(), deck.Y+0.008)
	for _, x := range []float64{-1.1, 1.1} {
		t.shape(c, steel, 1, x-0.05, 0.1, x-0.04, -1, x+0.04, -1, x+0.05, 0.1)
	}
	const n = 28
	for i := range n {
		a, b := -1.1+2.2*float64(i)/n, -1.1+2.2*float64(i+1)/n
		p, q := t.at(a, -0.28-0.7*a*a/1.21), t.at(b, -0.28-0.7*b*b/1.21)
		c.line(steel, 1, p.X, p.Y, q.X, q.Y, 0.005)
		c.line(steel, 0.6, p.X, p.Y, p.X, deck.Y, 0.0016)
	}
	for _, s := range []float64{-1, 1} {
		p, q := t.at(1.1*s, -0.98), t.at(3*s, -0.2)
		c.line(steel, 1, p.X, p.Y, q.X, q.Y, 0.005)
	}
}

func fire(c *canvas, l look, t thing) {
	t.shine(c, tone{255, 150, 60}, 0.85, 0, -0.4, 2.4)
	t.shape(c, l.Near.times(0.6), 1, -0.6, 0.06, -0.55, -0.08, 0.55, 0.0, 0.5, 0.12)
	t.shape(c, l.Near.times(0.6), 1, -0.5, 0.0, 0.5, -0.1, 0.58, 0.04, -0.45, 0.12)
	for i, col := range []tone{{232, 96, 40}, {250, 160, 60}, {255, 226, 140}} {
		k := 1 - 0.28*float64(i)
		t.shape(c, col, 0.95, -0.34*k, 0, -0.4*k, -0.3*k, -0.2*k, -0.6*k, -0.16*k, -0.42*k, 0.02, -1*k, 0.14*k, -0.5*k,
			0.26*k, -0.66*k, 0.38*k, -0.26*k, 0.3*k, 0)
	}
}

func balloon(c *canvas, l look, t thing) {
	red := tone{206, 88, 70}.to(l.Far, 0.25)
	t.disc(c, red, 1, 0, -0.62, 0.34, 0.38)
	t.disc(c, tone{240, 200, 120}.to(l.Far, 0.25), 1, 0, -0.62, 0.2, 0.38)
	t.disc(c, red, 1, 0, -0.62, 0.08, 0.38)
	t.shape(c, red.times(0.8), 1, -0.2, -0.32, 0.2, -0.32, 0.07, -0.18, -0.07, -0.18)
	t.shape(c, tone{110, 76, 50}, 1, -0.07, 0, -0.08, -0.12, 0.08, -0.12, 0.07, 0)
	for _, x := range []float64{-0.06, 0.06} {
		a, b := t.at(x, -0.19), t.at(x, -0.11)
		c.line(l.Near, 1, a.X, a.Y, b.X, b.Y, 0.008*t.Size)
	}
}

func flower(c *canvas, l look, t thing) {
	green := tone{70, 110, 64}.to(l.Near, 0.3)
	t.shape(c, green, 1, -0.025, 0, -0.012, -0.72, 0.012, -0.72, 0.025, 0)
	t.shape(c, green, 1, 0, -0.2, 0.24, -0.46, 0.1, -0.2)
	t.shape(c, green, 1, 0, -0.14, -0.24, -0.38, -0.1, -0.12)
	petal := tone{226, 104, 116}.to(l.Far, 0.15)
	for i := range 9 {
		a := 2 * math.Pi * float64(i) / 9
		t.disc(c, petal.times(0.86+0.16*math.Sin(a)*math.Sin(a)), 1, 0.13*math.Cos(a), -0.8+0.13*math.Sin(a), 0.095, 0.095)
	}
	t.disc(c, tone{246, 200, 90}, 1, 0, -0.8, 0.08, 0.08)
}

func bottle(c *canvas, l look, t thing) {
	glass := l.Zenith.to(tone{40, 110, 110}, 0.5)
	t.disc(c, l.Near, 0.4, 0.03, 0, 0.24, 0.03)
	t.shape(c, glass, 0.96, -0.2, 0, -0.21, -0.52, -0.17, -0.62, -0.07, -0.7, -0.07, -0.86, 0.07, -0.86, 0.07, -0.7, 0.17,
		-0.62, 0.21, -0.52, 0.2, 0)
	t.shape(c, l.Light, 0.35, -0.16, -0.03, -0.17, -0.52, -0.12, -0.6, -0.11, -0.03)
	t.shape(c, tone{240, 234, 222}, 0.95, -0.205, -0.16, -0.207, -0.42, 0.207, -0.42, 0.205, -0.16)
	t.shape(c, glass.times(0.7), 1, -0.12, -0.24, -0.12, -0.26, 0.12, -0.26, 0.12, -0.24)
	t.shape(c, glass.times(0.7), 1, -0.08, -0.31, -0.08, -0.33, 0.08, -0.33, 0.08, -0.31)
	t.shape(c, tone{208, 170, 100}, 1, -0.085, -0.85, -0.085, -1, 0.085, -1, 0.085, -0.85)
}

func cup(c *canvas, l look, t thing) {
	clay := tone{236, 230, 220}.to(l.Sky, 0.15)
	t.disc(c, l.Near, 0.4, 0.03, 0.01, 0.6, 0.06)
	t.disc(c, clay.times(0.85), 1, 0.52, -0.5, 0.26, 0.28)
	t.disc(c, l.Sky.to(l.Far, 0.4), 1, 0.52, -0.5, 0.15, 0.17)
	t.shape(c, clay, 1, -0.5, -0.95, -0.4, -0.06, -0.3, 0.02, 0.3, 0.02, 0.4, -0.06, 0.5, -0.95)
	t.shape(c, l.Near, 0.16, 0.16, -0.95, 0.14, 0.02, 0.3, 0.02, 0.4, -0.06, 0.5, -0.95)
	t.disc(c, clay.times(0.9), 1, 0, -0.95, 0.5, 0.09)
	t.disc(c, tone{84, 52, 34}, 1, 0, -0.94, 0.44, 0.07)
	for i := range 3 {
		x := -0.2 + 0.2*float64(i)
		for s := range 12 {
			k := float64(s) / 12
			t.disc(c, tone{255, 255, 255}, 0.1*(1-k), x+0.06*math.Sin(5*k+float64(i)), -1.1-0.8*k, 0.05+0.04*k, 0.06)
		}
	}
}

func phone(c *canvas, l look, t thing) {
	t.disc(c, l.Near, 0.4, 0.03, 0, 0.34, 0.03)
	t.shape(c, tone{24, 26, 32}, 1, -0.27, -0.02, -0.24, 0, 0.24, 0, 0.27, -0.02, 0.27, -0.97, 0.24, -1, -0.24, -1, -0.27,
		-0.97)
	for i := range 30 {
		y := -0.96 + 0.92*float64(i)/30
		t.shape(c, l.skyAt(y*0.9), 1, -0.245, y, 0.245, y, 0.245, y+0.033, -0.245, y+0.033)
	}
	t.disc(c, l.Light, 0.95, 0.05, -0.5, 0.09, 0.09)
	t.shape(c, l.Far, 1, -0.245, -0.3, -0.1, -0.42, 0.06, -0.28, 0.245, -0.4, 0.245, -0.04, -0.245, -0.04)
	t.shape(c, tone{255, 255, 255}, 0.1, -0.245, -0.96, 0.05, -0.96, -0.245, -0.3)
}

func shoe(c *canvas, l look, t thing) {
	upper := tone{214, 92, 72}.to(l.Sky, 0.12)
	t.disc(c, l.Near, 0.4, 0.05, 0.02, 1.2, 0.08)
	t.shape(c, upper, 1, -1, -0.16, -1.02, -0.7, -0.9, -0.98, -0.78, -0.86, -0.4, -0.9, -0.3, -0.98, -0.1, -0.78, 0.4,
		-0.5, 0.9, -0.4, 1.1, -0.16)
	t.shape(c, tone{244, 242, 236}, 1, -1.04, 0, -1.04, -0.18, 1.12, -0.18, 1.16, -0.08, 1.1, 0)
	t.shape(c, tone{255, 255, 255}, 0.9, -0.6, -0.24, -0.2, -0.6, -0.06, -0.56, -0.42, -0.24)
	for i := range 4 {
		k := float64(i)
		a, b := t.at(-0.24+0.15*k, -0.84+0.1*k), t.at(-0.06+0.15*k, -0.62+0.06*k)
		c.line(tone{250, 250, 250}, 1, a.X, a.Y, b.X, b.Y, 0.035*t.Size)
	}
}

func watch(c *canvas, l look, t thing) {
	strap := tone{96, 62, 44}.to(l.Near, 0.25)
	t.disc(c, l.Near, 0.4, 0.02, 0, 0.3, 0.03)
	t.shape(c, strap, 1, -0.14, 0, -0.17, -0.3, 0.17, -0.3, 0.14, 0)
	t.shape(c, strap, 1, -0.17, -0.7, -0.14, -1, 0.14, -1, 0.17, -0.7)
	t.disc(c, tone{206, 184, 140}, 1, 0, -0.5, 0.32, 0.32)
	t.disc(c, tone{28, 36, 52}, 1, 0, -0.5, 0.27, 0.27)
	for i := range 12 {
		s, k := math.Sincos(float64(i) * math.Pi / 6)
		a, b := t.at(0.21*s, -0.5-0.21*k), t.at(0.25*s, -0.5-0.25*k)
		c.line(tone{236, 230, 214}, 1, a.X, a.Y, b.X, b.Y, 0.018*t.Size)
	}
	hub := t.at(0, -0.5)
	for _, e := range []point{t.at(-0.12, -0.58), t.at(0.13, -0.64)} { // ten past ten, as in every advertisement
		c.line(tone{240, 236, 226}, 1, hub.X, hub.Y, e.X, e.Y, 0.022*t.Size)
	}
}
