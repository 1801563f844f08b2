using VideoGrain.Diffusion.Configuration;
using VideoGrain.Tensors;

namespace VideoGrain.Diffusion.Layers;

/// <summary>Sines and cosines of the timestep at geometrically spaced frequencies, through two linear layers.</summary>
internal sealed class TimestepEmbedding
{
    /// <summary>Name under which the embedding is observed.</summary>
    public const string Name = "time_embedding";

    private const float LongestPeriod = 10000;

    private readonly LinearWeight _first, _second;
    private readonly BlockStackConfig _stack;

    public TimestepEmbedding(WeightSource root, BlockStackConfig stack)
    {
        _stack = stack;
        _first = root.Linear("time_embedding.linear_1", stack.Widths[0], stack.TimeWidth);
        _second = root.Linear("time_embedding.linear_2", stack.TimeWidth, stack.TimeWidth);
    }

    /// <summary>The embedding of one timestep, [1, width].</summary>
    public Tensor Embed(IEngine engine, int timestep)
    {
        using var scope = engine.BeginScope();
        var waves = engine.Upload(Waves(timestep), 1, _stack.Widths[0]);
        return scope.Keep(engine.Linear(engine.Linear(waves, _first, Activation.Silu), _second));
    }

    // In fp32 throughout: at large timesteps rounding shows in the sines, and trained models saw it.
    private float[] Waves(int timestep)
    {
        var half = _stack.Widths[0] / 2;
        var waves = new float[half * 2];
        var (sine, cosine) = _stack.FlipSinToCos ? (half, 0) : (0, half);
        for (var i = 0; i < half; i++)
        {
            var angle = timestep * MathF.Exp(-MathF.Log(LongestPeriod) * i / (half - (float)_stack.FrequencyShift));
            waves[sine + i] = MathF.Sin(angle);
            waves[cosine + i] = MathF.Cos(angle);
        }

        return waves;
    }
}
