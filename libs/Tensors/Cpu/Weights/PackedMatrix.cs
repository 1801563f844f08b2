using VideoGrain.Tensors.Cpu.Kernels;
using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>A weight matrix in panels, transposed to [inputs, outputs], with its bias padded alike. Immutable, so engines may share it.</summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
    private const int PackBlock = 72;

    private readonly NativeBuffer _panels;
    private readonly NativeBuffer? _bias;

    private PackedMatrix(PanelLayout layout, NativeBuffer panels, NativeBuffer? bias)
    {
        Layout = layout;
        _panels = panels;
        _bias = bias;
    }

    /// <summary>How the panels lie.</summary>
    public PanelLayout Layout { get; }

    /// <summary>The panels.</summary>
    public float* Panels => _panels.Pointer;

    /// <summary>The bias; null for none.</summary>
    public float* Bias => _bias is null ? null : _bias.Pointer;

    /// <summary>
    /// Packs [outputs, channels, taps] with the inner dimension ordered (tap, channel), which is how a convolution gathers
    /// its windows from channels-last images; a plain matrix has one tap. Halves are widened on the way.
    /// </summary>
    public static PackedMatrix Create(HostTensor weight, HostTensor? bias, int outputs, int channels, int taps, int width)
    {
        var depth = checked(channels * taps);
        var layout = new PanelLayout(depth, outputs, width);
        var panels = new NativeBuffer(layout.Length * sizeof(float));
        Parallel.For(0, layout.Panels, panel => PackPanel(weight, layout, panel, taps, panels.Pointer + layout.Offset(panel)));
        return new PackedMatrix(layout, panels, bias is null ? null : HostValues.ToNative(bias, layout.PaddedColumns));
    }

    /// <summary>Some columns of all rows of a panel at a time, so that each line of the panel is written as a whole.</summary>
    private static void PackPanel(HostTensor weight, PanelLayout layout, int panel, int taps, float* destination)
    {
        var channels = layout.Depth / taps;
        var first = panel * layout.PanelWidth;
        var outputs = Math.Min(layout.PanelWidth, layout.Columns - first);
        var stride = layout.Vectors(panel) * layout.Width;
        Span<float> block = stackalloc float[outputs * PackBlock];
        for (var start = 0; start < layout.Depth; start += PackBlock)
        {
            var length = Math.Min(PackBlock, layout.Depth - start);
            for (var output = 0; output < outputs; output++)
                HostValues.Read(weight, ((long)(first + output) * layout.Depth) + start, block.Slice(output * PackBlock, length));
            for (var i = 0; i < length; i++)
            {
                var (channel, tap) = Math.DivRem(start + i, taps);
                var line = destination + ((((long)tap * channels) + channel) * stride);
                for (var output = 0; output < outputs; output++) line[output] = block[(output * PackBlock) + i];
                for (var output = outputs; output < stride; output++) line[output] = 0;
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _panels.Dispose();
        _bias?.Dispose();
    }
}
