namespace VideoGrain.Segmentation.Models;

/// <summary>A tensor that one network hands to another.</summary>
/// <param name="Role">Role on both sides.</param>
/// <param name="Values">Its elements.</param>
/// <param name="Shape">Its sizes.</param>
internal sealed record Feature(string Role, float[] Values, long[] Shape);
