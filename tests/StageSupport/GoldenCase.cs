using System.Runtime.InteropServices;
using VideoGrain.Diffusion.Safetensors;

namespace VideoGrain.StageSupport;

/// <summary>A case of the golden data, with tensors turned from [channels, frames, rows, columns] to channels last.</summary>
internal sealed class GoldenCase(string name) : IDisposable
{
    private readonly SafetensorsFile _file = SafetensorsFile.Open(Path.Combine(StageServer.ModelsRoot, "..", "cases", name, "tensors.safetensors"));

    public byte[] Bytes(string tensor) => _file.Get(tensor).Data.ToArray();

    public float[] Floats(string tensor) => MemoryMarshal.Cast<byte, float>(_file.Get(tensor).Data.Span).ToArray();

    /// <summary>Entry of a stack of [channels, frames, rows, columns] as [frames, rows, columns, channels].</summary>
    public float[] ClipAt(string tensor, int entry, int channels, int frames, int cells)
    {
        var source = Floats(tensor).AsSpan(entry * channels * frames * cells, channels * frames * cells);
        var result = new float[source.Length];
        for (var i = 0; i < result.Length; i++) result[i] = source[i % channels * frames * cells + i / channels];
        return result;
    }

    /// <summary>[frames, channels, cells] as [frames, cells, channels].</summary>
    public static T[] ChannelsLast<T>(T[] source, int frames, int channels, int cells)
    {
        var result = new T[source.Length];
        for (var i = 0; i < result.Length; i++)
        {
            var (frame, cell, channel) = (i / (cells * channels), i / channels % cells, i % channels);
            result[i] = source[(frame * channels + channel) * cells + cell];
        }

        return result;
    }

    /// <summary>||a - b|| / ||b||.</summary>
    public static double RelativeError(float[] actual, float[] expected)
    {
        double difference = 0, norm = 0;
        for (var i = 0; i < expected.Length; i++)
        {
            difference += Math.Pow(actual[i] - expected[i], 2);
            norm += Math.Pow(expected[i], 2);
        }

        return Math.Sqrt(difference / norm);
    }

    public void Dispose() => _file.Dispose();
}
