package storyboard

// The language as a JSON Schema.

import (
	"encoding/json"
	"strings"
)

// Schema is the language as a JSON Schema (draft 2020-12), from the same table that the parser checks against. What
// needs more than one value to be told – references, variables, files – only the parser sees.
func Schema() []byte {
	film := object(inFilm)
	film["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	film["title"] = "shotchain storyboard"
	delete(film, "required")
	film["anyOf"] = []node{{"required": []string{"scenes"}}, {"required": []string{"include"}}}
	film["$defs"] = node{
		defs[inScene]:      object(inScene),
		defs[inShot]:       shotSchema(),
		defs[inCut]:        object(inCut),
		defs[inCutShot]:    object(inCutShot),
		defs[inOutput]:     object(inOutput),
		defs[inTransition]: object(inTransition),
		defs[inJoin]:       joinSchema(),
		defs[inMusic]:      object(inMusic),
		defs[inNarration]:  object(inNarration),
		defs[inCaptions]:   object(inCaptions),
		defs[inTitle]:      object(inTitle),
		defs[inStyle]:      object(inStyle),
		defs[inSound]:      object(inSound),
		defs[inSeam]:       object(inSeam),
		defs[inAnchor]:     object(inAnchor),
		defs[inShotSound]:  object(inShotSound),
		defs[inCamera]:     object(inCamera),
		defs[inDialogue]:   object(inDialogue),
		defs[inEncoder]:    object(inEncoder),
	}
	out, err := json.MarshalIndent(film, "", "  ")
	if err != nil {
		panic(err) // a map of strings and numbers always marshals
	}
	return append(out, '\n')
}

type node = map[string]any

// defs are the names of the mappings that are described once.
var defs = map[place]string{inScene: "scene", inShot: "shot", inCut: "cut", inCutShot: "cutShot", inOutput: "output",
	inTransition: "transition", inJoin: "join", inMusic: "music", inNarration: "narration", inCaptions: "captions",
	inTitle: "title", inStyle: "style", inSound: "sound", inEncoder: "encoder", inSeam: "seam", inAnchor: "anchor",
	inShotSound: "shotSound", inCamera: "camera", inDialogue: "dialogue"}

func refTo(in place) node { return node{"$ref": "#/$defs/" + defs[in]} }

// object is the schema of the mapping at a place.
func object(in place) node {
	properties, required := node{}, []string{}
	for _, k := range language {
		if k.in&in == 0 {
			continue
		}
		properties[k.name] = k.schema()
		if k.required {
			required = append(required, k.name)
		}
	}
	n := node{"type": "object", "additionalProperties": false, "properties": properties,
		"description": sectionOf(in).about}
	if len(required) > 0 {
		n["required"] = required
	}
	return n
}

func shotSchema() node {
	n := object(inShot)
	n["not"] = node{"required": []string{"from", "first_frame"}}
	var generated []node // none of which own footage has
	for _, k := range language {
		if k.in&inShot != 0 && k.generates() {
			generated = append(generated, node{"required": []string{k.name}})
		}
	}
	n["required"] = []string{"id"}
	n["oneOf"] = []node{{"anyOf": []node{{"required": []string{"prompt"}}, {"required": []string{"action"}}}},
		{"required": []string{"clip"}, "not": node{"anyOf": generated}}}
	n["properties"].(node)["id"].(node)["not"] = node{"const": noShot}
	return n
}

func joinSchema() node {
	n := object(inJoin)
	n["oneOf"] = []node{{"required": []string{"after"}}, {"required": []string{"before"}}}
	return n
}

// schema is that of one key's value.
func (k *key) schema() node {
	n := k.kindSchema()
	n["description"] = k.hover()
	return n
}

// expanding is the pattern of a text that is known only when its variables are replaced.
const expanding = `\$\{`

func (k *key) kindSchema() node {
	switch k.kind {
	case choice:
		return orExpanding(node{"enum": k.choices})
	case seconds:
		return orExpanding(node{"pattern": `^(auto|([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s|(0|[1-9][0-9]{0,3})\.[0-9]s)$`})
	case span:
		return orExpanding(node{"pattern": `^[1-9][0-9]{0,8}[smh]$`})
	case whole:
		return node{"type": "integer", "minimum": k.min, "maximum": k.max}
	case toggle:
		return node{"type": "boolean"}
	case ident:
		return node{"type": "string", "pattern": "^" + idPattern + "$"}
	case reference:
		if k.in == inJoin {
			return node{"type": "string", "pattern": "^(" + idPattern + "(/" + idPattern + ")?|" + cardPattern + ")$"}
		}
		return node{"type": "string", "pattern": "^" + idPattern + "(/" + idPattern + ")?$"}
	case origin:
		return node{"anyOf": []node{{"type": "string", "pattern": "^" + idPattern + "(/" + idPattern + ")?$"},
			object(inFrom)}}
	case instant:
		return orExpanding(node{"pattern": instantPattern, "not": node{"pattern": noInstant}})
	case pictures:
		return node{"type": "array", "minItems": 1,
			"items": node{"type": "string", "pattern": `\S`, "maxLength": maxText}}
	case paths:
		one := node{"type": "string", "pattern": `\S`, "maxLength": maxText}
		return node{"anyOf": []node{one, {"type": "array", "minItems": 1, "maxItems": maxIncludes, "items": one}}}
	case members:
		return node{"type": "array", "minItems": 1, "items": node{"type": "string", "pattern": "^" + idPattern + "$"}}
	case brief:
		return node{"anyOf": []node{firstKey(k.of).kindSchema(), refTo(k.of)}}
	case people:
		member := object(k.of)
		member["minProperties"] = 1
		return node{"type": "object", "minProperties": 1, "propertyNames": node{"pattern": "^" + idPattern + "$"},
			"additionalProperties": member}
	case word:
		return orExpanding(node{"pattern": `^\S+$`, "maxLength": k.max})
	case texts:
		return node{"type": "object", "propertyNames": node{"pattern": strings.ReplaceAll(varName.String(), `\`, ``)},
			"additionalProperties": node{"type": []string{"string", "number", "boolean"}, "maxLength": maxText}}
	case settings:
		return object(inLook)
	case versions:
		n := object(inVariants)
		n["minProperties"] = 1
		return n
	case axes:
		return node{"type": "object", "minProperties": 1,
			"additionalProperties": node{"type": "array", "minItems": 1, "items": plainSchema()}}
	case cases:
		return node{"type": "array", "minItems": 1,
			"items": node{"type": "object", "minProperties": 1, "additionalProperties": plainSchema()}}
	case part:
		return refTo(k.of)
	case parts:
		return node{"type": "array", "minItems": 1, "items": refTo(k.of)}
	case lines:
		return node{"type": "array", "minItems": 1,
			"items": node{"anyOf": []node{firstKey(k.of).kindSchema(), refTo(k.of)}}}
	case decimals:
		return node{"type": "number", "minimum": float64(k.min) / 1000, "maximum": float64(k.max) / 1000}
	case decibels:
		return orExpanding(node{"pattern": `^[+-]?[0-9]{1,2}(\.[0-9]{1,3})?dB$`})
	case percent:
		return orExpanding(node{"pattern": `^[0-9]{1,2}(\.[0-9]{1,3})?%$`})
	case moment:
		return orExpanding(node{"pattern": "^" + momentPattern + "$"})
	case interval:
		return orExpanding(node{"pattern": "^((" + momentPattern + `)?\.\.` + momentPattern + "|" +
			momentPattern + `\.\.)$`})
	case anchor:
		return orExpanding(node{"pattern": "^(" + momentPattern + "|" + "(?:" + idPattern + "/" + idPattern + "|" + cardPattern +
			`)(\+` + momentPattern + `|@(100|[0-9]{1,2}(\.[0-9]{1,3})?)%)?)$`})
	case extent:
		return orExpanding(node{"pattern": `^[0-9]{1,4}x[0-9]{1,4}$`})
	case paint:
		return orExpanding(node{"pattern": `^#[0-9a-fA-F]{6}([0-9a-fA-F]{2})?$`})
	case bitrate:
		return orExpanding(node{"pattern": `^[1-9][0-9]{0,5}[kM]$`})
	case audio, footage, target:
		return node{"type": "string", "maxLength": maxText, "pattern": `\S`}
	}
	n := node{"type": "string", "maxLength": maxText}
	if k.required || k.kind == picture || k.kind == file || k.kind == target {
		n["pattern"] = `\S`
	}
	return n
}

// plainSchema is that of a value of a variant.
func plainSchema() node {
	return node{"type": []string{"string", "number", "boolean"}, "maxLength": maxText}
}

// orExpanding also accepts text with a variable in it.
func orExpanding(n node) node {
	return node{"type": "string", "anyOf": []node{n, {"pattern": expanding}}}
}
