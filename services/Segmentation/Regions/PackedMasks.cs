using System.Collections;
using VideoGrain.Media;

namespace VideoGrain.Segmentation.Regions;

/// <summary>Masks over time, kept packed; each access unpacks one.</summary>
internal sealed class PackedMasks : IReadOnlyList<Mask>
{
    private readonly PackedMask[] _masks;

    private PackedMasks(PackedMask[] masks) => _masks = masks;

    public int Count => _masks.Length;

    public Mask this[int index] => _masks[index].Unpack();

    /// <summary>Packs masks one by one, as they come.</summary>
    public static PackedMasks Of(IEnumerable<Mask> masks) => new([.. masks.Select(PackedMask.Of)]);

    /// <summary>Takes masks that are packed already.</summary>
    public static PackedMasks Of(IEnumerable<PackedMask> masks) => new([.. masks]);

    /// <summary>One mask for every frame.</summary>
    public static PackedMasks Repeat(Mask mask, int frames) => new([.. Enumerable.Repeat(PackedMask.Of(mask), frames)]);

    /// <summary>Number of pixels inside in a frame.</summary>
    public int PixelsIn(int frame) => _masks[frame].Count;

    /// <summary>Whether a pixel of a frame is inside both.</summary>
    public bool Meet(PackedMasks other, int frame) => _masks[frame].Meets(other._masks[frame]);

    /// <summary>Sets the pixels of a frame's mask in a buffer of its size.</summary>
    public void AddTo(int frame, byte[] set) => _masks[frame].AddTo(set);

    public IEnumerator<Mask> GetEnumerator() => _masks.Select(m => m.Unpack()).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
