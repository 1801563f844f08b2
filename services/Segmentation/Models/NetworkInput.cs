namespace VideoGrain.Segmentation.Models;

/// <summary>A tensor to feed.</summary>
/// <param name="Tensor">Name of the input tensor.</param>
/// <param name="Values">Its elements.</param>
/// <param name="Shape">Its sizes.</param>
internal readonly record struct NetworkInput(string Tensor, float[] Values, long[] Shape);
