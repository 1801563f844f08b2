using System.Runtime.InteropServices;

namespace VideoGrain.Orchestrator.Tests.Fakes;

/// <summary>Arithmetic that stands for diffusion: every step follows from the one before, so a resumed run shows whether it went on at the right place.</summary>
internal static class FakeMath
{
    public const int PixelsPerLatent = 8;
    public const int Channels = 4;

    public static float[] Encode(byte[] frames, long[] latentShape)
    {
        var latents = new float[latentShape.Aggregate(1L, (a, b) => a * b)];
        for (var i = 0; i < latents.Length; i++)
            latents[i] = frames[(int)((long)i * frames.Length / latents.Length)] / 255f;

        return latents;
    }

    public static float[] Step(float[] latents, int step, string prompt, float bias = 0)
    {
        var shift = prompt.Sum(character => character) % 97 * 0.001f;
        return [.. latents.Select((value, i) => (value * 0.97f) + (0.01f * step) + shift + bias + (0.0001f * (i % 7)))];
    }

    public static byte[] Decode(float[] latents, int bytes)
    {
        var frames = new byte[bytes];
        for (var i = 0; i < bytes; i++)
            frames[i] = (byte)(MathF.Abs(latents[(int)((long)i * latents.Length / bytes)]) * 97 % 256);

        return frames;
    }

    public static byte[] Bytes(float[] values) => MemoryMarshal.AsBytes(values.AsSpan()).ToArray();
}
