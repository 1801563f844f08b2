namespace VideoGrain.Editing.Attention;

/// <summary>A prediction is not finite; the loop adds stage and step.</summary>
internal sealed class NonFiniteException(string layer) : Exception($"{layer} is not finite")
{
    /// <summary>First layer whose result was not finite.</summary>
    public string Layer => layer;
}
