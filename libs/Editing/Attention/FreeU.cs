using VideoGrain.Tensors;

namespace VideoGrain.Editing.Attention;

/// <summary>FreeU on the inputs of the decoder's resnets (golden data 4.10), chosen by the width of the backbone features.</summary>
public sealed class FreeU
{
    private readonly FreeUOptions _options;
    private readonly int _stage1;
    private readonly int _stage2;

    /// <summary>Fixes the widths of the two stages.</summary>
    /// <param name="options">Factors.</param>
    /// <param name="levelWidths">Widths of the UNet's levels, finest first; the two widest mark the stages unless the options name others.</param>
    public FreeU(FreeUOptions options, IReadOnlyList<int> levelWidths)
    {
        var widths = levelWidths.Distinct().OrderDescending().ToArray();
        _options = options;
        _stage1 = options.Stage1Channels ?? widths[0];
        _stage2 = options.Stage2Channels ?? (widths.Length > 1 ? widths[1] : 0);
    }

    /// <summary>Scales backbone and skip features [images, h, w, channels] where the backbone's width marks a stage.</summary>
    public (Tensor Backbone, Tensor Skip) Apply(IEngine engine, Tensor backbone, Tensor skip)
    {
        var (b, s) = backbone[-1] == _stage1 ? (_options.B1, _options.S1)
            : backbone[-1] == _stage2 ? (_options.B2, _options.S2)
            : (1f, 1f);
        if (b != 1) backbone = OnHost(engine, backbone, values => ScaleBackbone(values, backbone[0], backbone[-1], b));
        if (s != 1) skip = OnHost(engine, skip, values => FilterSkip(values, skip[0], skip[1], skip[2], skip[3], s));
        return (backbone, skip);
    }

    /// <summary>
    /// Multiplies the first half of the channels by 1 + (factor - 1) * map, where map is the mean over channels brought to [0, 1] within each
    /// image.
    /// </summary>
    public static void ScaleBackbone(Span<float> values, int images, int channels, float factor)
    {
        var pixels = values.Length / images / channels;
        var map = new float[pixels];
        for (var image = 0; image < images; image++)
        {
            var part = values.Slice(image * pixels * channels, pixels * channels);
            for (var pixel = 0; pixel < pixels; pixel++)
            {
                double sum = 0;
                foreach (var value in part.Slice(pixel * channels, channels)) sum += value;
                map[pixel] = (float)(sum / channels);
            }

            var (least, most) = (map.Min(), map.Max());
            var range = most - least;
            for (var pixel = 0; pixel < pixels; pixel++)
            {
                var scale = range > 0 ? 1 + (factor - 1) * ((map[pixel] - least) / range) : 1;
                foreach (ref var value in part.Slice(pixel * channels, channels / 2)) value *= scale;
            }
        }
    }

    /// <summary>
    /// Scales the four lowest frequencies (-1 and 0 in each direction, those of the 2 x 2 block around the centre of a shifted spectrum). Only
    /// they are transformed: x + (factor - 1) * (their part of x).
    /// </summary>
    public static void FilterSkip(Span<float> values, int images, int height, int width, int channels, float factor)
    {
        for (var image = 0; image < images; image++)
        {
            var part = values.Slice(image * height * width * channels, height * width * channels);
            var gains = new float[part.Length];
            foreach (var ky in Frequencies(height))
            {
                foreach (var kx in Frequencies(width)) AddComponent(part, gains, height, width, channels, ky, kx);
            }

            for (var i = 0; i < part.Length; i++) part[i] += (factor - 1) * gains[i];
        }
    }

    // In one row or column the block is cut off at the border of the spectrum.
    private static int[] Frequencies(int size) => size == 1 ? [0] : [-1, 0];

    private static void AddComponent(ReadOnlySpan<float> x, Span<float> gains, int height, int width, int channels, int ky, int kx)
    {
        var real = new double[channels];
        var imaginary = new double[channels];
        var phases = new (double Sine, double Cosine)[height * width];
        for (var pixel = 0; pixel < phases.Length; pixel++)
        {
            phases[pixel] = Math.SinCos(2 * Math.PI * ((double)ky * (pixel / width) / height + (double)kx * (pixel % width) / width));
            for (var c = 0; c < channels; c++)
            {
                var value = x[pixel * channels + c];
                real[c] += value * phases[pixel].Cosine;
                imaginary[c] -= value * phases[pixel].Sine;
            }
        }

        for (var pixel = 0; pixel < phases.Length; pixel++)
        {
            var (sine, cosine) = phases[pixel];
            for (var c = 0; c < channels; c++)
                gains[pixel * channels + c] += (float)((real[c] * cosine - imaginary[c] * sine) / phases.Length);
        }
    }

    private static Tensor OnHost(IEngine engine, Tensor tensor, HostAction change)
    {
        var values = new float[tensor.ElementCount];
        engine.Download(tensor, values);
        change(values);
        return engine.Upload(values, tensor.Shape);
    }

    private delegate void HostAction(Span<float> values);
}
