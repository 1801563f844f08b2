using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Clip;

/// <summary>CLIP's image tower, a vision transformer: one picture to one state, that of the class token.</summary>
public sealed class ClipImageEncoder
{
    private readonly IEngine _engine;
    private readonly ImageEncoderWeights _weights;

    internal ClipImageEncoder(IEngine engine, ImageEncoderWeights weights)
    {
        _engine = engine;
        _weights = weights;
    }

    /// <summary>Rows and columns of a picture, in pixels; 224 or 336 for the published models.</summary>
    public int Side => _weights.Config.Side;

    /// <summary>Channels of a state.</summary>
    public int Width => _weights.Config.Layer.Width;

    /// <summary>Encodes one picture.</summary>
    /// <param name="pixels">[<see cref="Side"/>, <see cref="Side"/>, 3], row-major, normalised per channel.</param>
    /// <returns>[1, <see cref="Width"/>] after the final norm, in the current scope.</returns>
    /// <exception cref="ArgumentException">The count of values does not fit.</exception>
    public Tensor Encode(ReadOnlySpan<float> pixels)
    {
        var config = _weights.Config;
        if (pixels.Length != Side * Side * ImageEncoderWeights.Channels)
            throw new ArgumentException($"{pixels.Length} values are no {Side} x {Side} picture of {ImageEncoderWeights.Channels} channels", nameof(pixels));

        using var scope = _engine.BeginScope();
        var patches = _engine.Linear(_engine.Upload(Unfold(pixels), config.Tokens - 1, PatchValues), _weights.Patches);
        var tokens = _engine.ConcatBatch(_engine.Embed(_weights.ClassToken, [0]), patches);
        var positions = _engine.Embed(_weights.Positions, [.. Enumerable.Range(0, config.Tokens)]);
        var x = _engine.LayerNorm(_engine.Combine(tokens, 1, positions, 1), _weights.NormBefore, config.Layer.NormEpsilon).Reshape(1, config.Tokens, Width);
        foreach (var layer in _weights.Layers)
        {
            var next = layer.Forward(_engine, x);
            x.Dispose();
            x = next;
        }

        return scope.Keep(_engine.LayerNorm(x.Reshape(config.Tokens, Width).Slice(0, 1), _weights.NormAfter, config.Layer.NormEpsilon));
    }

    private int PatchValues => ImageEncoderWeights.Channels * _weights.Config.Patch * _weights.Config.Patch;

    /// <summary>Pixels patch by patch, channels outermost within each, as the kernel's values lie.</summary>
    private float[] Unfold(ReadOnlySpan<float> pixels)
    {
        var (patch, perSide) = (_weights.Config.Patch, _weights.Config.PatchesPerSide);
        var result = new float[pixels.Length];
        for (var row = 0; row < Side; row++)
        {
            for (var column = 0; column < Side; column++)
            {
                var start = ((row / patch * perSide) + (column / patch)) * PatchValues;
                for (var channel = 0; channel < ImageEncoderWeights.Channels; channel++)
                {
                    result[start + (((channel * patch) + (row % patch)) * patch) + (column % patch)] =
                        pixels[(((row * Side) + column) * ImageEncoderWeights.Channels) + channel];
                }
            }
        }

        return result;
    }
}
