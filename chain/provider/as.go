package provider

// As finds what a provider can do beside the contract – a [Lister], say: whether p, or the one that p says it stands
// around by a method Unwrap() Provider, and so on, is a T. Whatever is put around a provider hides nothing of it.
func As[T any](p Provider) (t T, ok bool) {
	for p != nil {
		if t, ok = p.(T); ok {
			return t, true
		}
		around, wraps := p.(interface{ Unwrap() Provider })
		if !wraps {
			break
		}
		p = around.Unwrap()
	}
	return t, false
}
