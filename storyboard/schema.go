package storyboard

import (
	"encoding/json"
	"strings"
)

// Schema is the language as a JSON Schema (draft 2020-12), from the same table that the parser checks against. What
// needs more than one value to be told – references, variables, files – only the parser sees.
func Schema() []byte {
	film := object(inFilm, "A film: one storyboard of shots for shotchain.")
	film["$schema"] = "https://json-schema.org/draft/2020-12/schema"
	film["title"] = "shotchain storyboard"
	film["$defs"] = node{
		"scene": object(inScene, "One continuous action: shots that, unless they say otherwise, continue one another."),
		"shot":  shotSchema(),
	}
	out, err := json.MarshalIndent(film, "", "  ")
	if err != nil {
		panic(err) // a map of strings and numbers always marshals
	}
	return append(out, '\n')
}

type node = map[string]any

// object is the schema of the mapping at a place.
func object(in place, doc string) node {
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
	n := node{"type": "object", "additionalProperties": false, "properties": properties, "description": doc}
	if len(required) > 0 {
		n["required"] = required
	}
	return n
}

func shotSchema() node {
	n := object(inShot, "One camera setup. It continues the shot before it, unless it is the scene's first, or has `from` or `first_frame`.")
	n["not"] = node{"required": []string{"from", "first_frame"}}
	n["properties"].(node)["id"].(node)["not"] = node{"const": noShot}
	return n
}

// schema is that of one key's value.
func (k *key) schema() node {
	n := k.kindSchema()
	n["description"] = k.doc
	return n
}

// expanding is the pattern of a text that is known only when its variables are replaced.
const expanding = `\$\{`

func (k *key) kindSchema() node {
	switch k.kind {
	case choice:
		return orExpanding(node{"enum": k.choices})
	case seconds:
		return orExpanding(node{"pattern": `^(auto|([1-9][0-9]{0,2}|[12][0-9]{3}|3[0-5][0-9]{2}|3600)s)$`})
	case span:
		return orExpanding(node{"pattern": `^[1-9][0-9]{0,8}[smh]$`})
	case whole:
		return node{"type": "integer", "minimum": k.min, "maximum": k.max}
	case toggle:
		return node{"type": "boolean"}
	case ident:
		return node{"type": "string", "pattern": "^" + idPattern + "$"}
	case reference:
		return node{"type": "string", "pattern": "^" + idPattern + "(/" + idPattern + ")?$"}
	case origin:
		return node{"anyOf": []node{{"type": "string", "pattern": "^" + idPattern + "(/" + idPattern + ")?$"}, object(inFrom, k.doc)}}
	case moment:
		return node{"type": "string", "pattern": `^[0-9]{1,4}(\.[0-9]{1,3})?s$`, "not": node{"pattern": `^0+(\.0+)?s$`}}
	case pictures:
		return node{"type": "array", "minItems": 1, "items": node{"type": "string", "pattern": `\S`, "maxLength": maxText}}
	case people:
		member := object(inCast, "One of the cast.")
		member["minProperties"] = 1
		return node{"type": "object", "minProperties": 1, "propertyNames": node{"pattern": "^" + idPattern + "$"}, "additionalProperties": member}
	case word:
		return orExpanding(node{"pattern": `^\S+$`, "maxLength": k.max})
	case texts:
		return node{"type": "object", "propertyNames": node{"pattern": strings.ReplaceAll(varName.String(), `\`, ``)},
			"additionalProperties": node{"type": []string{"string", "number", "boolean"}, "maxLength": maxText}}
	case settings:
		return object(inLook, k.doc)
	case versions:
		n := object(inVariants, k.doc)
		n["minProperties"] = 1
		return n
	case axes:
		return node{"type": "object", "minProperties": 1, "additionalProperties": node{"type": "array", "minItems": 1, "items": plainSchema()}}
	case cases:
		return node{"type": "array", "minItems": 1, "items": node{"type": "object", "minProperties": 1, "additionalProperties": plainSchema()}}
	case scenes, shots:
		return node{"type": "array", "minItems": 1, "items": node{"$ref": "#/$defs/" + strings.TrimSuffix(k.name, "s")}}
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
