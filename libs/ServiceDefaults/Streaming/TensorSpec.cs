using VideoGrain.Protos.V1;

namespace VideoGrain.ServiceDefaults.Streaming;

/// <summary>A tensor that a call takes.</summary>
/// <param name="Name">Its name within the call.</param>
/// <param name="ElementType">The element type it must have.</param>
/// <param name="Shapes">The shapes it may have, one or more.</param>
/// <param name="Required">Whether the call fails without it.</param>
/// <param name="MismatchReason">Reason of the violation when it comes with another shape.</param>
public sealed record TensorSpec(
    string Name, ElementType ElementType, IReadOnlyList<long[]> Shapes, bool Required = true,
    string MismatchReason = Errors.ErrorReasons.TensorShapeMismatch)
{
    /// <summary>A required tensor of one shape.</summary>
    public static TensorSpec Of(string name, ElementType type, params long[] shape) => new(name, type, [shape]);

    /// <summary>Bytes of the smallest shape.</summary>
    public long MinBytes => Shapes.Min(shape => TensorLayout.ByteCount(ElementType, shape));

    /// <summary>Bytes of the largest shape.</summary>
    public long MaxBytes => Shapes.Max(shape => TensorLayout.ByteCount(ElementType, shape));
}
