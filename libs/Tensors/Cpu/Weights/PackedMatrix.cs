using VideoGrain.Tensors.Cpu.Kernels;
using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>A weight matrix in panels, transposed to [inputs, outputs], with its bias padded alike. Immutable, so engines may share it.</summary>
internal sealed unsafe class PackedMatrix : IDisposable
{
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
        new Span<byte>(panels.Pointer + layout.Offset(layout.Panels - 1), checked((int)((layout.Length - layout.Offset(layout.Panels - 1)) * sizeof(float)))).Clear();
        var row = new float[depth];
        for (var output = 0; output < outputs; output++)
        {
            HostValues.Read(weight, (long)output * depth, row);
            var panel = output / layout.PanelWidth;
            var stride = layout.Vectors(panel) * width;
            var destination = panels.Pointer + layout.Offset(panel) + (output % layout.PanelWidth);
            for (var tap = 0; tap < taps; tap++)
            {
                for (var channel = 0; channel < channels; channel++)
                {
                    *destination = row[(channel * taps) + tap];
                    destination += stride;
                }
            }
        }

        return new PackedMatrix(layout, panels, bias is null ? null : HostValues.ToNative(bias, layout.PaddedColumns));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _panels.Dispose();
        _bias?.Dispose();
    }
}
