using System.Numerics;

namespace VideoGrain.Tensors.Cpu.Memory;

/// <summary>
/// Freed blocks, kept for the next tensor of about that size: a denoising step asks for the same sizes fifty times over.
/// Sizes are rounded to four steps an octave, so that at most a fifth of a block is idle. Used by one thread at a time.
/// </summary>
internal sealed class BufferPool(long limit) : IDisposable
{
    private const int StepsPerOctave = 4;
    private const int SmallestOctave = 8;

    private readonly Stack<NativeBuffer>?[] _free = new Stack<NativeBuffer>?[64 * StepsPerOctave];
    private long _freeBytes;

    /// <summary>A block of at least <paramref name="bytes"/>.</summary>
    public NativeBuffer Rent(long bytes)
    {
        var (index, size) = SizeClass(bytes);
        if (_free[index] is { Count: > 0 } stack)
        {
            var buffer = stack.Pop();
            _freeBytes -= buffer.Bytes;
            return buffer;
        }

        try
        {
            return new NativeBuffer(size);
        }
        catch (OutOfMemoryException)
        {
            Trim();
            return new NativeBuffer(size);
        }
    }

    /// <summary>Takes a rented block back.</summary>
    public void Return(NativeBuffer buffer)
    {
        if (_freeBytes + buffer.Bytes > limit)
        {
            buffer.Dispose();
            return;
        }

        _freeBytes += buffer.Bytes;
        (_free[SizeClass(buffer.Bytes).Index] ??= new()).Push(buffer);
    }

    /// <summary>Gives every idle block back to the operating system.</summary>
    public void Trim()
    {
        foreach (var stack in _free)
        {
            while (stack is not null && stack.TryPop(out var buffer)) buffer.Dispose();
        }

        _freeBytes = 0;
    }

    /// <inheritdoc/>
    public void Dispose() => Trim();

    private static (int Index, long Size) SizeClass(long bytes)
    {
        bytes = Math.Max(bytes, 1L << SmallestOctave);
        var octave = 63 - BitOperations.LeadingZeroCount((ulong)bytes);
        var step = (1L << octave) / StepsPerOctave;
        var steps = (bytes - (1L << octave) + step - 1) / step;
        return ((octave * StepsPerOctave) + (int)steps, (1L << octave) + (steps * step));
    }
}
