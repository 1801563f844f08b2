using System.Runtime.InteropServices;
using VideoGrain.Tensors.Cpu.Kernels;
using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>
/// A weight matrix in panels, transposed to [inputs, outputs], with its bias padded alike. Immutable, so engines may share it. Large matrices that come in
/// 16 bits stay in 16 bits: a product reads them from memory, and half of the bytes is half of the memory and of the way.
/// </summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    private const int PackBlock = 72;

    // Smaller ones, 1 MiB in fp32, lie in the second-level cache, where widening them anew for every task would only cost.
    private const long FewestNarrow = 1 << 18;

    private readonly NativeBuffer _panels;
    private readonly NativeBuffer? _bias;

    private PackedMatrix(PanelLayout layout, PanelType type, NativeBuffer panels, NativeBuffer? bias)
    {
        Layout = layout;
        Type = type;
        _panels = panels;
        _bias = bias;
    }

    /// <summary>How the panels lie.</summary>
    public PanelLayout Layout { get; }

    /// <summary>How their numbers are kept.</summary>
    public PanelType Type { get; }

    /// <summary>The panels.</summary>
    public void* Panels => _panels.Pointer;

    /// <summary>The bias; null for none.</summary>
    public float* Bias => _bias is null ? null : _bias.Pointer;

    /// <summary>
    /// Packs [outputs, channels, taps] with the inner dimension ordered (tap, channel), which is how a convolution gathers
    /// its windows from channels-last images; a plain matrix has one tap. What does not stay narrow is widened on the way.
    /// </summary>
    public static PackedMatrix Create(HostTensor weight, HostTensor? bias, int outputs, int channels, int taps, int width)
    {
        var depth = checked(channels * taps);
        var layout = new PanelLayout(depth, outputs, width);
        var type = TypeOf(weight, layout);
        NativeBuffer panels;
        if (type == PanelType.Single)
        {
            panels = new NativeBuffer(layout.Length * sizeof(float));
            Parallel.For(0, layout.Panels, panel => PackPanel(weight, layout, panel, taps, panels.Pointer + layout.Offset(panel)));
        }
        else
        {
            // A vector's worth beyond the end may be read.
            panels = new NativeBuffer((layout.Length * sizeof(ushort)) + NativeBuffer.Alignment);
            Parallel.For(0, layout.Panels, panel => PackPanel(weight, layout, panel, taps, (ushort*)panels.Pointer + layout.Offset(panel)));
        }

        return new PackedMatrix(layout, type, panels, bias is null ? null : HostValues.ToNative(bias, layout.PaddedColumns));
    }

    private static PanelType TypeOf(HostTensor weight, PanelLayout layout) => weight.Type switch
    {
        ElementType.BFloat16 when layout.Length >= FewestNarrow => PanelType.BFloat16,
        ElementType.Float16 when layout.Length >= FewestNarrow && HostValues.AreFiniteHalves(weight) => PanelType.Half,
        _ => PanelType.Single,
    };

    /// <summary>Some columns of all rows of a panel at a time, so that each line of the panel is written as a whole.</summary>
    private static void PackPanel<T>(HostTensor weight, PanelLayout layout, int panel, int taps, T* destination)
        where T : unmanaged
    {
        var channels = layout.Depth / taps;
        var first = panel * layout.PanelWidth;
        var outputs = Math.Min(layout.PanelWidth, layout.Columns - first);
        var stride = layout.Vectors(panel) * layout.Width;
        Span<T> block = stackalloc T[outputs * PackBlock];
        for (var start = 0; start < layout.Depth; start += PackBlock)
        {
            var length = Math.Min(PackBlock, layout.Depth - start);
            for (var output = 0; output < outputs; output++)
                Read(weight, ((long)(first + output) * layout.Depth) + start, block.Slice(output * PackBlock, length));
            for (var i = 0; i < length; i++)
            {
                var (channel, tap) = Math.DivRem(start + i, taps);
                var line = destination + ((((long)tap * channels) + channel) * stride);
                for (var output = 0; output < outputs; output++) line[output] = block[(output * PackBlock) + i];
                for (var output = outputs; output < stride; output++) line[output] = default;
            }
        }
    }

    /// <summary>Reads as fp32, or as the bits that are there.</summary>
    private static void Read<T>(HostTensor weight, long start, Span<T> destination)
        where T : unmanaged
    {
        if (typeof(T) == typeof(float)) HostValues.Read(weight, start, MemoryMarshal.Cast<T, float>(destination));
        else HostValues.Bits(weight, start, destination.Length).CopyTo(MemoryMarshal.Cast<T, ushort>(destination));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _panels.Dispose();
        _bias?.Dispose();
    }
}
