namespace VideoGrain.Editing;

/// <summary>
/// Finite latents were decoded to pixels that are not finite. In fp16 an autoencoder's activations may leave the range of numbers; bf16 and fp32 have
/// room for them.
/// </summary>
public sealed class NonFiniteFramesException : EditException
{
    /// <summary>Names the frame.</summary>
    /// <param name="frame">First frame that is not finite, from 0.</param>
    public NonFiniteFramesException(int frame)
        : base(EditReasons.NonFiniteLatents, "", $"decoding frame {frame}: the autoencoder's pixels are not finite; an engine in fp16 may need bf16 or fp32 for this model") =>
        Frame = frame;

    /// <summary>First frame that is not finite.</summary>
    public int Frame { get; }
}
