namespace VideoGrain.Editing.Clustering;

/// <summary>A word that may name a cluster.</summary>
/// <param name="Text">The word.</param>
/// <param name="Tokens">Its tokens in the padded prompt; the begin marker is token 0.</param>
public sealed record Noun(string Text, IReadOnlyList<int> Tokens);
