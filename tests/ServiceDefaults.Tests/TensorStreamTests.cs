using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using VideoGrain.Protos.V1;
using VideoGrain.ServiceDefaults.Errors;
using VideoGrain.ServiceDefaults.Streaming;

namespace VideoGrain.ServiceDefaults.Tests;

/// <summary>Tensors cut into chunks and put together again; the services' tests hold the table of damaged streams.</summary>
public class TensorStreamTests
{
    [Fact]
    public void Tensor_OfAnyShape_ArrivesAsItWasSent()
    {
        var sizes = Gen.Choose(0, 40).Two().SelectMany(pair => Gen.Choose(1, 16), (pair, chunk) => (Rows: pair.Item1, Columns: pair.Item2, Chunk: 8 * chunk));
        Prop.ForAll(sizes.ToArbitrary(), size =>
        {
            var values = Enumerable.Range(0, size.Rows * size.Columns).Select(i => (float)Math.Sin(i)).ToArray();
            var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes<float>(values).ToArray();
            var assembler = new TensorAssembler([TensorSpec.Of("t", ElementType.Float32, size.Rows, size.Columns)]);
            foreach (var chunk in TensorChunks.Split("t", ElementType.Float32, [size.Rows, size.Columns], bytes, size.Chunk))
                assembler.Accept(TensorChunk.Parser.ParseFrom(chunk.ToByteArray()));
            return assembler.Complete()["t"].ToFloats().SequenceEqual(values);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Tensor_FlippedInAnyBit_IsNoticed() =>
        Prop.ForAll(Gen.Choose(0, 64 * 8 - 1).ToArbitrary(), bit =>
        {
            var chunk = TensorChunks.Split("t", ElementType.Uint8, [64], new byte[64]).Single();
            var data = chunk.Data.ToByteArray();
            data[bit / 8] ^= (byte)(1 << (bit % 8));
            chunk.Data = ByteString.CopyFrom(data);
            var error = Assert.Throws<VideoGrainException>(() => new TensorAssembler([TensorSpec.Of("t", ElementType.Uint8, 64)]).Accept(chunk));
            return error.Reason == ErrorReasons.ChunkChecksumMismatch;
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Complete_WithSeveralTensorsMissing_NamesThemAll()
    {
        var assembler = new TensorAssembler([TensorSpec.Of("a", ElementType.Uint8, 1), TensorSpec.Of("b", ElementType.Uint8, 1)]);

        var error = Assert.Throws<VideoGrainException>(assembler.Complete);

        Assert.Equal(["a is required and did not come", "b is required and did not come"], error.Violations.Select(violation => violation.Description));
    }

    [Fact]
    public void Complete_WithoutAnOptionalTensor_IsContent()
    {
        var assembler = new TensorAssembler([new TensorSpec("a", ElementType.Uint8, [[1]], Required: false)]);
        Assert.Empty(assembler.Complete());
    }

    [Fact]
    public void Chunk_WithAVeryLongName_DoesNotFillTheError()
    {
        var chunk = new TensorChunk { Name = new string('x', 1 << 20) };

        var error = Assert.Throws<VideoGrainException>(() => new TensorAssembler([]).Accept(chunk));

        Assert.Equal(ErrorReasons.TensorUnknown, error.Reason);
        Assert.True(error.Message.Length < 300);
    }

    [Fact]
    public void Chunk_OfHalfAnElement_IsRefused()
    {
        var data = new byte[6];
        var chunk = new TensorChunk
        {
            Name = "t",
            ElementType = ElementType.Float32,
            Shape = { 2 },
            Data = ByteString.CopyFrom(data),
            Crc32C = Crc32C.Compute(data),
        };

        var error = Assert.Throws<VideoGrainException>(() => new TensorAssembler([TensorSpec.Of("t", ElementType.Float32, 2)]).Accept(chunk));

        Assert.Contains("whole elements", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Split_WithBytesThatDoNotFitTheShape_IsTheCallersMistake() =>
        Assert.Throws<ArgumentException>(() => TensorChunks.Split("t", ElementType.Float32, [3], new byte[8]));
}
