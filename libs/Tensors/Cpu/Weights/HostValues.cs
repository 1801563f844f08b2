using System.Numerics;
using System.Runtime.InteropServices;
using VideoGrain.Tensors.Cpu.Kernels;
using VideoGrain.Tensors.Cpu.Memory;

namespace VideoGrain.Tensors.Cpu.Weights;

/// <summary>Reads floating-point host tensors as fp32.</summary>
internal static unsafe class HostValues
{
    /// <summary>Widens elements from <paramref name="start"/> on.</summary>
    public static void Read(HostTensor tensor, long start, Span<float> destination)
    {
        var size = HostTensor.SizeOf(tensor.Type);
        var bytes = tensor.Data.Span.Slice(checked((int)(start * size)), destination.Length * size);
        switch (tensor.Type)
        {
            case ElementType.Float32:
                MemoryMarshal.Cast<byte, float>(bytes).CopyTo(destination);
                break;
            case ElementType.Float16:
                WidenHalves(MemoryMarshal.Cast<byte, ushort>(bytes), destination);
                break;
            case ElementType.BFloat16:
                var upper = MemoryMarshal.Cast<byte, ushort>(bytes);
                for (var i = 0; i < destination.Length; i++) destination[i] = BitConverter.UInt32BitsToSingle((uint)upper[i] << HalfBits.SignShift);
                break;
            default:
                throw new ArgumentException($"expected a floating-point tensor, got {tensor.Type}", nameof(tensor));
        }
    }

    /// <summary>The bits of 16-bit elements from <paramref name="start"/> on.</summary>
    public static ReadOnlySpan<ushort> Bits(HostTensor tensor, long start, int count) =>
        MemoryMarshal.Cast<byte, ushort>(tensor.Data.Span.Slice(checked((int)(start * sizeof(ushort))), count * sizeof(ushort)));

    /// <summary>Whether an fp16 tensor holds neither infinities nor NaN.</summary>
    public static bool AreFiniteHalves(HostTensor tensor)
    {
        var exponent = new Vector<ushort>(HalfBits.Infinity);
        var bits = Bits(tensor, 0, checked((int)tensor.ElementCount));
        var i = 0;
        for (; i <= bits.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            if (Vector.EqualsAny(new Vector<ushort>(bits[i..]) & exponent, exponent)) return false;
        }

        for (; i < bits.Length; i++)
        {
            if ((bits[i] & HalfBits.Infinity) == HalfBits.Infinity) return false;
        }

        return true;
    }

    /// <summary>
    /// The bits of a half, moved to where a float has them, are the number over 2^112; subnormals come out right, infinities and NaN need
    /// their exponent set.
    /// </summary>
    private static void WidenHalves(ReadOnlySpan<ushort> source, Span<float> destination)
    {
        var i = 0;
        for (; i <= source.Length - Vector<ushort>.Count; i += Vector<ushort>.Count)
        {
            Vector.Widen(new Vector<ushort>(source[i..]), out var low, out var high);
            WidenHalves(low).CopyTo(destination[i..]);
            WidenHalves(high).CopyTo(destination[(i + Vector<float>.Count)..]);
        }

        for (; i < source.Length; i++) destination[i] = (float)BitConverter.UInt16BitsToHalf(source[i]);
    }

    private static Vector<float> WidenHalves(Vector<uint> half)
    {
        const uint FloatInfinity = 0x7F800000;
        const float Rebias = 5.192296858534828e33f;
        var magnitude = half & new Vector<uint>(HalfBits.Magnitude);
        var value = Vector.AsVectorUInt32(Vector.AsVectorSingle(magnitude << HalfBits.MantissaShift) * new Vector<float>(Rebias));
        value |= Vector.GreaterThanOrEqual(magnitude, new Vector<uint>(HalfBits.Infinity)) & new Vector<uint>(FloatInfinity);
        return Vector.AsVectorSingle(value | ((half & new Vector<uint>(HalfBits.Sign)) << HalfBits.SignShift));
    }

    /// <summary>Copies a tensor to native memory, followed by zeros up to <paramref name="length"/> elements.</summary>
    public static NativeBuffer ToNative(HostTensor tensor, long length)
    {
        var buffer = new NativeBuffer(length * sizeof(float));
        const int Step = 1 << 20;
        for (long start = 0; start < tensor.ElementCount; start += Step)
            Read(tensor, start, new Span<float>(buffer.Pointer + start, (int)Math.Min(Step, tensor.ElementCount - start)));
        for (var i = tensor.ElementCount; i < length; i++) buffer.Pointer[i] = 0;
        return buffer;
    }
}
