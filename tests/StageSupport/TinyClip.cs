using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.StageSupport;

/// <summary>A clip small enough for a test, and the tensors that belong to it.</summary>
internal static class TinyClip
{
    public const int Frames = 2;
    public const int Side = 64;
    public const int Cells = Side / 8;
    public const int Channels = 4;

    public static ClipGeometry Geometry => new() { FrameCount = Frames, Height = Side, Width = Side };

    public static long[] PictureShape => [Frames, Side, Side, 3];

    public static long[] LatentShape => [Frames, Cells, Cells, Channels];

    /// <summary>A gradient with a square that moves.</summary>
    public static byte[] Pixels()
    {
        var pixels = new byte[Frames * Side * Side * 3];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (frame, row, column, channel) = (i / (Side * Side * 3), i / (Side * 3) % Side, i / 3 % Side, i % 3);
            var inside = row is >= 16 and < 40 && column >= 16 + 4 * frame && column < 40 + 4 * frame;
            pixels[i] = inside ? (byte)(channel == 0 ? 220 : 40) : (byte)(2 * row + column);
        }

        return pixels;
    }

    public static IEnumerable<TensorChunk> PictureChunks(string name = "frames") =>
        TensorChunks.Split(name, ElementType.Uint8, PictureShape, Pixels());

    public static IEnumerable<TensorChunk> LatentChunks(string name, float[] values) => TensorChunks.Split(name, LatentShape, values);

    /// <summary>Reproducible values of about unit variance.</summary>
    public static float[] Noise(int seed = 1)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, Frames * Cells * Cells * Channels).Select(_ => (float)(2 * Math.Sqrt(3) * (random.NextDouble() - 0.5)))];
    }

    /// <summary>Masks of two regions: left half and right half, at latent or at frame size.</summary>
    public static IEnumerable<TensorChunk> MaskChunks(int side = Cells, int regions = 2, int frames = Frames)
    {
        var values = new byte[regions * frames * side * side];
        for (var i = 0; i < values.Length; i++) values[i] = (byte)(i % side * regions / side == i / (frames * side * side) ? 1 : 0);
        return TensorChunks.Split("masks", ElementType.Uint8, [regions, frames, side, side], values);
    }
}
