using System.Runtime.InteropServices;
using VideoGrain.Editing;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.ServiceDefaults.Contract;

/// <summary>The tensors of a clip on the wire and in the editing library; both are row-major with channels last, so nothing is reordered.</summary>
/// <param name="geometry">Size of the clip; checked.</param>
/// <param name="pixelsPerLatent">Pixels per latent cell in each direction.</param>
/// <param name="channels">Channels of a latent.</param>
public sealed class ClipTensors(ClipGeometry geometry, int pixelsPerLatent, int channels)
{
    private const int Rgb = 3;
    private const int FlowParts = 2;

    /// <summary>Frames of the clip.</summary>
    public int Frames { get; } = (int)geometry.FrameCount;

    /// <summary>Rows of a frame in pixels.</summary>
    public int Height { get; } = (int)geometry.Height;

    /// <summary>Columns of a frame in pixels.</summary>
    public int Width { get; } = (int)geometry.Width;

    /// <summary>Rows of a latent.</summary>
    public int Rows => Height / pixelsPerLatent;

    /// <summary>Columns of a latent.</summary>
    public int Columns => Width / pixelsPerLatent;

    private long[] LatentShape => [Frames, Rows, Columns, channels];

    private long[] PictureShape => [Frames, Height, Width, Rgb];

    /// <summary>RGB frames, uint8 [f, H, W, 3].</summary>
    public TensorSpec Pictures(string name, string mismatchReason) =>
        new(name, ElementType.Uint8, [PictureShape], MismatchReason: mismatchReason);

    /// <summary>Latents, float32 [f, h, w, c].</summary>
    public TensorSpec Latents(string name, bool isRequired = true) =>
        new(name, ElementType.Float32, [LatentShape], isRequired, EditReasons.LatentMismatch);

    /// <summary>Several latents, float32 [count, f, h, w, c].</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="counts">Numbers of latents that it may have.</param>
    public TensorSpec Trajectory(string name, params IEnumerable<int> counts) =>
        new(name, ElementType.Float32, [.. counts.Select(count => (long[])[count, .. LatentShape])], MismatchReason: EditReasons.LatentMismatch);

    /// <summary>Optical flow, float32 [f - 1, H, W, 2].</summary>
    public TensorSpec Flow(string name) =>
        new(name, ElementType.Float32, [[Frames - 1, Height, Width, FlowParts]], MismatchReason: EditReasons.FlowMismatch);

    /// <summary>Region masks, uint8 [regions, f, H, W] or [regions, f, h, w].</summary>
    public TensorSpec Masks(string name, int regions) => new(
        name, ElementType.Uint8, [[regions, Frames, Height, Width], [regions, Frames, Rows, Columns]], MismatchReason: EditReasons.MaskSizeMismatch);

    /// <summary>Frames that arrived.</summary>
    public RgbClip ToClip(ReceivedTensor tensor) => new(Frames, Height, Width, tensor.Data);

    /// <summary>Latents that arrived.</summary>
    public LatentClip ToLatents(ReceivedTensor tensor) => new(Frames, Rows, Columns, channels, tensor.ToFloats());

    /// <summary>One of several latents that arrived.</summary>
    public LatentClip ToLatents(ReceivedTensor tensor, int index)
    {
        var size = Frames * Rows * Columns * channels;
        return new(Frames, Rows, Columns, channels, MemoryMarshal.Cast<byte, float>(tensor.Data).Slice(index * size, size).ToArray());
    }

    /// <summary>Flow that arrived.</summary>
    public FlowField ToFlow(ReceivedTensor tensor) => new(Frames - 1, Height, Width, tensor.ToFloats());

    /// <summary>Mask of a region out of all masks that arrived.</summary>
    public LayoutMask ToMask(ReceivedTensor tensor, int region)
    {
        var (rows, columns) = ((int)tensor.Shape[2], (int)tensor.Shape[3]);
        var size = Frames * rows * columns;
        return new LayoutMask(Frames, rows, columns, tensor.Data.AsMemory(region * size, size));
    }

    /// <summary>A mask that covers everything.</summary>
    public LayoutMask FullMask()
    {
        var values = new byte[Frames * Rows * Columns];
        Array.Fill(values, (byte)1);
        return new LayoutMask(Frames, Rows, Columns, values);
    }

    /// <summary>Latents for the wire.</summary>
    public static IEnumerable<TensorChunk> Split(string name, LatentClip latents) =>
        TensorChunks.Split(name, [latents.Frames, latents.Height, latents.Width, latents.Channels], latents.Values);

    /// <summary>Some frames of the clip for the wire, as a part of all of them.</summary>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="first">Number of the first frame.</param>
    /// <param name="part">The frames.</param>
    public IEnumerable<TensorChunk> SplitFrames(string name, int first, RgbClip part) =>
        TensorChunks.SplitPart(name, ElementType.Uint8, PictureShape, part.Pixels, (long)first * Height * Width * Rgb);

    /// <summary>Pictures for the wire.</summary>
    public static IEnumerable<TensorChunk> Split(string name, RgbClip clip) =>
        TensorChunks.Split(name, ElementType.Uint8, [clip.Frames, clip.Height, clip.Width, Rgb], clip.Pixels);
}
