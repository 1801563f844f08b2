using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Diffusion.Safetensors;
using VideoGrain.Diffusion.Tests.Support;
using VideoGrain.Tensors;
using static VideoGrain.Diffusion.Tests.Support.SafetensorsBytes;

namespace VideoGrain.Diffusion.Tests;

public sealed class SafetensorsFileTests : IDisposable
{
    private static readonly byte[] Valid = Build(
    [
        ("a.weight", "F32", [2, 3], Floats(1, 2, 3, 4, 5, 6)),
        ("b.flags", "BOOL", [4], [0, 1, 1, 0]),
        ("c.ids", "I64", [1], [7, 0, 0, 0, 0, 0, 0, 0]),
        ("d.half", "F16", [], [0, 0x3C]),
        ("e.empty", "BF16", [0, 5], []),
    ]);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_ValidFile_GivesShapesTypesAndBytes()
    {
        using var file = SafetensorsFile.Open(_folder.Write("valid", Valid));
        Assert.Equal(5, file.Names.Count());
        Assert.Equal([2, 3], file.Get("a.weight").Shape.ToArray());
        Assert.Equal(Floats(1, 2, 3, 4, 5, 6), file.Get("a.weight").Data.ToArray());
        Assert.Equal(ElementType.UInt8, file.Get("b.flags").Type);
        Assert.Equal(ElementType.Float16, file.Get("d.half").Type);
        Assert.Equal(0, file.Get("d.half").Shape.Length);
        Assert.Equal(0, file.Get("e.empty").ElementCount);
    }

    [Fact]
    public void Open_HeaderPaddedWithSpacesAndMetadata_IsAccepted()
    {
        var bytes = Raw("""{"__metadata__":{"format":"pt"},""" + Entry("x", "U8", "[1]", 0, 1) + "}     ", [9]);
        using var file = SafetensorsFile.Open(_folder.Write("padded", bytes));
        Assert.Equal("pt", file.Metadata["format"]);
        Assert.Equal(9, file.Get("x").Data.Span[0]);
    }

    [Fact]
    public void Get_AfterDispose_Throws()
    {
        var file = SafetensorsFile.Open(_folder.Write("closed", Valid));
        var tensor = file.Get("a.weight");
        file.Dispose();
        Assert.Throws<ObjectDisposedException>(() => file.Get("a.weight"));
        Assert.Throws<ObjectDisposedException>(() => tensor.Data.Span.Length);
    }

    [Fact]
    public void Get_UnknownTensor_NamesFileAndTensor()
    {
        using var file = SafetensorsFile.Open(_folder.Write("known", Valid));
        var e = Assert.Throws<ModelFormatException>(() => file.Get("nowhere"));
        Assert.Equal(("nowhere", file.Path), (e.Item, e.Path));
    }

    public static TheoryData<SafetensorsFault, string?, byte[]> Faults()
    {
        const ulong TooLarge = SafetensorsLimits.HeaderBytes + 1UL;
        var wide = string.Join(',', Enumerable.Repeat("1", SafetensorsLimits.Rank + 1));
        return new()
        {
            { SafetensorsFault.FileTooSmall, null, [] },
            { SafetensorsFault.FileTooSmall, null, [1, 2, 3, 4, 5, 6, 7] },
            { SafetensorsFault.HeaderTooLarge, null, Raw("{}", [], TooLarge) },
            { SafetensorsFault.HeaderTooLarge, null, Raw("{}", [], ulong.MaxValue) },
            { SafetensorsFault.HeaderTruncated, null, Raw("{}", [], 3) },
            { SafetensorsFault.InvalidHeader, null, Raw("", []) },
            { SafetensorsFault.InvalidHeader, null, Raw("[]", []) },
            { SafetensorsFault.InvalidHeader, null, Raw(" {}", []) },
            { SafetensorsFault.InvalidHeader, null, Raw("{} x", []) },
            { SafetensorsFault.InvalidHeader, null, Raw("{", []) },
            { SafetensorsFault.InvalidHeader, null, Raw("""{"x":{"dtype":"U8","shape":[[1]],"data_offsets":[[[0]],1]}}""", [1]).ToArray() },
            { SafetensorsFault.InvalidHeader, null, Raw("{\"\\ud800\":{}}", []) },
            { SafetensorsFault.InvalidHeader, "x", Raw("""{"x":1}""", []) },
            { SafetensorsFault.InvalidHeader, "x", Raw("""{"x":{"dtype":"U8","shape":[1]}}""", [1]) },
            { SafetensorsFault.InvalidHeader, "x", Raw("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"more":1}}""", [1]) },
            { SafetensorsFault.InvalidHeader, "__metadata__", Raw("""{"__metadata__":{"a":1}}""", []) },
            { SafetensorsFault.DuplicateName, "x", Raw("{" + Entry("x", "U8", "[1]", 0, 1) + "," + Entry("x", "U8", "[1]", 1, 2) + "}", [1, 2]) },
            { SafetensorsFault.DuplicateName, "x", Raw("""{"x":{"dtype":"U8","dtype":"U8","shape":[1],"data_offsets":[0,1]}}""", [1]) },
            { SafetensorsFault.TooManyTensors, new string('n', SafetensorsLimits.NameLength + 1), Raw("{" + Entry(new string('n', SafetensorsLimits.NameLength + 1), "U8", "[1]", 0, 1) + "}", [1]) },
            { SafetensorsFault.UnknownType, "x", Raw("{" + Entry("x", "F8_E5M2", "[1]", 0, 1) + "}", [1]) },
            { SafetensorsFault.InvalidShape, "x", Raw("{" + Entry("x", "U8", "[-1]", 0, 1) + "}", [1]) },
            { SafetensorsFault.InvalidShape, "x", Raw("{" + Entry("x", "U8", "[1.5]", 0, 1) + "}", [1]) },
            { SafetensorsFault.InvalidShape, "x", Raw("{" + Entry("x", "U8", "[4294967296]", 0, 1) + "}", [1]) },
            { SafetensorsFault.InvalidShape, "x", Raw("{" + Entry("x", "U8", $"[{wide}]", 0, 1) + "}", [1]) },
            { SafetensorsFault.InvalidShape, "x", Raw("{" + Entry("x", "U8", "3", 0, 1) + "}", [1]) },
            { SafetensorsFault.InvalidOffsets, "x", Raw("{" + Entry("x", "U8", "[1]", 1, 0) + "}", [1]) },
            { SafetensorsFault.InvalidOffsets, "x", Raw("{" + Entry("x", "U8", "[1]", -1, 0) + "}", [1]) },
            { SafetensorsFault.InvalidOffsets, "x", Raw("{" + Entry("x", "U8", "[2]", 0, 2) + "}", [1]) },
            { SafetensorsFault.InvalidOffsets, "x", Raw("{" + Entry("x", "U8", "[1]", 0, long.MaxValue) + "}", [1]) },
            { SafetensorsFault.InvalidOffsets, "x", Raw("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0]}}""", [1]) },
            { SafetensorsFault.InvalidOffsets, "x", Raw("""{"x":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}""", [1]) },
            { SafetensorsFault.WrongByteCount, "x", Raw("{" + Entry("x", "F32", "[1]", 0, 3) + "}", [1, 2, 3]) },
            { SafetensorsFault.WrongByteCount, "x", Raw("{" + Entry("x", "F32", "[2147483647,2147483647,2147483647,2147483647,2147483647,2147483647]", 0, 4) + "}", new byte[4]) },
            { SafetensorsFault.WrongByteCount, "x", Raw("{" + Entry("x", "F32", "[0,2147483647,2147483647,2147483647,2147483647,2147483647]", 0, 0) + "}", []) },
            { SafetensorsFault.Overlap, "y", Raw("{" + Entry("x", "U8", "[2]", 0, 2) + "," + Entry("y", "U8", "[2]", 1, 3) + "}", [1, 2, 3]) },
            { SafetensorsFault.Gap, "y", Raw("{" + Entry("x", "U8", "[1]", 0, 1) + "," + Entry("y", "U8", "[1]", 2, 3) + "}", [1, 2, 3]) },
            { SafetensorsFault.Gap, "x", Raw("{" + Entry("x", "U8", "[1]", 1, 2) + "}", [1, 2]) },
            { SafetensorsFault.Gap, null, Raw("{" + Entry("x", "U8", "[1]", 0, 1) + "}", [1, 2]) },
        };
    }

    [Theory]
    [MemberData(nameof(Faults))]
    public void Open_BrokenFile_NamesTheFaultTheFileAndTheTensor(SafetensorsFault fault, string? tensor, byte[] bytes)
    {
        var path = _folder.Write("broken", bytes);
        var e = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        Assert.Equal((fault, path, tensor), (e.Fault, e.Path, e.Item));
    }

    [Fact]
    public void Open_MissingFileOrFolder_IsUnreadable()
    {
        Assert.Equal(SafetensorsFault.Unreadable, Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(Path.Combine(_folder.Path, "none"))).Fault);
        Assert.Equal(SafetensorsFault.Unreadable, Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(_folder.Path)).Fault);
    }

    [Fact]
    public void Open_HostileName_IsCutAndCleanedInTheMessage()
    {
        var name = "a\\n[CRITICAL] forged" + new string('x', 400);
        var e = Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(_folder.Write("forged", Raw("{" + Entry(name, "U8", "[9]", 0, 1) + "}", [1]))));
        Assert.DoesNotContain('\n', e.Message);
        Assert.True(e.Message.Length < 500 + _folder.Path.Length);
    }

    [Fact]
    public void Open_AnyTruncation_IsRefused()
    {
        for (var length = 0; length < Valid.Length; length++)
        {
            var path = _folder.Write("short", Valid[..length]);
            Assert.Throws<SafetensorsException>(() => SafetensorsFile.Open(path));
        }
    }

    [Fact]
    public void Open_AnyMutation_IsRefusedOrStaysInsideTheFile()
    {
        var mutation = Gen.Zip(Gen.Choose(0, Valid.Length - 1), Gen.Choose(0, 255)).NonEmptyListOf();
        Prop.ForAll(mutation.ToArbitrary(), changes =>
        {
            var bytes = Valid.ToArray();
            foreach (var (position, value) in changes) bytes[position] = (byte)value;
            ReadEverythingOrRefuse(bytes);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Open_AnyChangeOfHeaderCharacters_IsRefusedOrStaysInsideTheFile()
    {
        const string Alphabet = "0123456789-[]{},:\"eE.UF16BI48 ";
        var headerEnd = sizeof(ulong) + (int)BitConverter.ToUInt64(Valid);
        var mutation = Gen.Zip(Gen.Choose(sizeof(ulong), headerEnd - 1), Gen.Elements(Alphabet.ToCharArray())).NonEmptyListOf();
        Prop.ForAll(mutation.ToArbitrary(), changes =>
        {
            var bytes = Valid.ToArray();
            foreach (var (position, character) in changes.Take(3)) bytes[position] = (byte)character;
            ReadEverythingOrRefuse(bytes);
        }).QuickCheckThrowOnFailure();
    }

    private void ReadEverythingOrRefuse(byte[] bytes)
    {
        var path = _folder.Write("mutated", bytes);
        try
        {
            using var file = SafetensorsFile.Open(path);
            var total = 0L;
            foreach (var name in file.Names)
            {
                var tensor = file.Get(name);
                total += tensor.Data.ToArray().Length;
            }

            Assert.True(total <= bytes.Length);
        }
        catch (SafetensorsException e)
        {
            Assert.Equal(path, e.Path);
        }
    }
}
