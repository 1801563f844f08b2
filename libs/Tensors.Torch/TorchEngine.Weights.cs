using TorchSharp;
using VideoGrain.Tensors.Torch.Internal;

namespace VideoGrain.Tensors.Torch;

/// <content>Weights.</content>
public sealed partial class TorchEngine
{
    /// <inheritdoc/>
    public LinearWeight PackLinear(HostTensor weight, HostTensor? bias)
    {
        OperandChecks.LinearWeight(weight, bias);
        int outputs = weight.Shape[0], inputs = weight.Shape[1];
        var (matrix, added) = LoadPair(weight, bias, matrix => matrix.view(outputs, inputs));
        return new TorchLinearWeight(Name, matrix, added) { Inputs = inputs, Outputs = outputs };
    }

    /// <inheritdoc/>
    public ConvWeight PackConv(HostTensor weight, HostTensor? bias, int stride, Padding2d padding)
    {
        OperandChecks.ConvWeight(weight, bias, stride, padding);
        var (kernel, added) = LoadPair(weight, bias, kernel => kernel.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2));
        return new TorchConvWeight(Name, kernel, added)
        {
            Inputs = weight.Shape[1],
            Outputs = weight.Shape[0],
            Kernel = weight.Shape[2],
            Stride = stride,
            Padding = padding,
        };
    }

    /// <inheritdoc/>
    public NormWeight PackNorm(HostTensor scale, HostTensor shift)
    {
        OperandChecks.NormWeight(scale, shift);
        var (factors, offsets) = LoadPair(scale, shift);
        return new TorchNormWeight(Name, factors, offsets!) { Channels = scale.Shape[0] };
    }

    /// <inheritdoc/>
    public EmbeddingWeight PackEmbedding(HostTensor table)
    {
        OperandChecks.EmbeddingWeight(table);
        return new TorchEmbeddingWeight(Name, LoadPair(table, null).First) { Rows = table.Shape[0], Width = table.Shape[1] };
    }

    /// <inheritdoc/>
    public Tensor Embed(EmbeddingWeight table, ReadOnlySpan<int> ids)
    {
        var own = OwnWeight<TorchEmbeddingWeight>(table, nameof(table));
        OperandChecks.Embed(own, ids);
        var rows = new long[ids.Length];
        for (var i = 0; i < rows.Length; i++) rows[i] = ids[i];
        return Compute(OperationGroup.Other, [ids.Length, own.Width], () => own.Table.index_select(0, torch.tensor(rows, device: _device)));
    }

    /// <summary>A weight that an engine of this device and precision has packed.</summary>
    private TWeight OwnWeight<TWeight>(IDisposable weight, string name)
        where TWeight : class, ITorchWeight
    {
        ArgumentNullException.ThrowIfNull(weight, name);
        if (weight is not TWeight own) throw new ArgumentException("the weight was packed by another kind of engine", name);
        return own.PackedFor == Name ? own : throw new ArgumentException($"the weight was packed for {own.PackedFor}, this engine is {Name}", name);
    }

    /// <summary>A tensor and what may belong to it, both or none.</summary>
    private (torch.Tensor First, torch.Tensor? Second) LoadPair(HostTensor first, HostTensor? second, Func<torch.Tensor, torch.Tensor>? arrange = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        using var scope = torch.NewDisposeScope();
        var (loaded, other) = (Load(first, arrange), second is null ? null : Load(second));
        return (loaded.DetachFromDisposeScope(), other?.DetachFromDisposeScope());
    }

    /// <summary>Bytes as they lie in the file, to the device, to the engine's precision.</summary>
    private torch.Tensor Load(HostTensor tensor, Func<torch.Tensor, torch.Tensor>? arrange = null)
    {
        using var scope = torch.NewDisposeScope();
        return Guard(() =>
        {
            var type = tensor.Type switch
            {
                ElementType.Float16 => torch.ScalarType.Float16,
                ElementType.BFloat16 => torch.ScalarType.BFloat16,
                _ => torch.ScalarType.Float32,
            };
            var host = torch.empty([.. tensor.Shape.ToArray().Select(size => (long)size)], type);
            tensor.Data.Span.CopyTo(host.bytes);
            var device = host.to(_device).to(_type);
            return (arrange is null ? device : arrange(device)).MoveToOuterDisposeScope();
        });
    }
}
