using System.Text;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using VideoGrain.Diffusion.Tests.Support;
using VideoGrain.Diffusion.Text;

namespace VideoGrain.Diffusion.Tests;

public sealed class ClipTokenizerTests
{
    private static readonly ClipTokenizer Tokenizer = ClipTokenizer.Load(Path.Combine(Models.Toybox, "tokenizer"));

    [Fact]
    public void Encode_AnyText_IsFramedAndPadded() => Prop.ForAll<string>(text =>
    {
        var encoded = Tokenizer.Encode(text ?? "");
        var ids = encoded.Ids.ToArray();
        return ids.Length == Tokenizer.MaxLength
            && encoded.Length <= encoded.UntruncatedLength
            && ids[0] == Tokenizer.BeginToken
            && ids[encoded.Length - 1] == Tokenizer.EndToken
            && ids.Skip(encoded.Length).All(id => id == Tokenizer.PadToken)
            && ids.All(id => id >= 0 && id < Tokenizer.VocabularySize);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Encode_AnyPrintableText_KeepsEveryByteOfIt()
    {
        var symbols = Symbols();
        var text = Gen.Elements("abc DEF,.!0123456789'äöü日本語😀-_/".EnumerateRunes().Select(rune => rune.ToString())).ListOf()
            .Where(runes => runes.Count <= 20).Select(runes => string.Concat(runes));
        Prop.ForAll(text.ToArbitrary(), value =>
        {
            var content = Tokenizer.Encode(value).Content.ToArray();
            var decoded = string.Concat(content.Select(id => symbols[id].Replace("</w>", "", StringComparison.Ordinal)));
            return decoded == Visible(string.Concat(value.Where(c => c != ' ')).ToLowerInvariant());
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("A Red  Circle", "a red circle")]
    [InlineData("\ta red\r\ncircle ", "a red circle")]
    [InlineData("caf\u00E9", "cafe\u0301")]
    [InlineData("\u1EDB", "o\u031B\u0301")]
    [InlineData("\u1EDB", "o\u0301\u031B")]
    [InlineData("\uD55C\uAE00", "\u1112\u1161\u11AB\u1100\u1173\u11AF")]
    [InlineData("it\u2019s \u201Cred\u201D", "it's \"red\"")]
    [InlineData("\uFF21\uFF22", "ab")]
    [InlineData("\uFB01sh", "fish")]
    public void Encode_SpellingsOfTheSameText_GiveTheSameTokens(string one, string other) =>
        Assert.Equal(Tokenizer.Encode(one).Ids.ToArray(), Tokenizer.Encode(other).Ids.ToArray());

    [Fact]
    public void Encode_EmptyText_HasNoContent()
    {
        var encoded = Tokenizer.Encode("");
        Assert.Equal(2, encoded.Length);
        Assert.True(encoded.Content.IsEmpty);
    }

    [Fact]
    public void Encode_SpecialTokenInText_IsOneToken() =>
        Assert.Equal([Tokenizer.EndToken], Tokenizer.Encode("<|endoftext|>").Content.ToArray());

    [Fact]
    public void Encode_LongText_IsCutAndSaysSo()
    {
        var encoded = Tokenizer.Encode(string.Join(' ', Enumerable.Repeat("red", 100)));
        Assert.Equal((77, 102), (encoded.Length, encoded.UntruncatedLength));
        Assert.Equal(Tokenizer.EndToken, encoded.Ids[^1]);
    }

    [Fact]
    public void Encode_TextBeyondTheLimit_NamesTheLimit()
    {
        var e = Assert.Throws<ArgumentException>(() => Tokenizer.Encode(new string('a', ClipTokenizer.MaxTextLength + 1)));
        Assert.Contains("4096", e.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("vocab.json")]
    [InlineData("merges.txt")]
    public void Load_MissingFile_NamesIt(string file)
    {
        using var folder = new TemporaryFolder();
        var copy = Path.Combine(Models.Copy(Models.Toybox, folder), "tokenizer");
        File.Delete(Path.Combine(copy, file));
        Assert.Equal(Path.Combine(copy, file), Assert.Throws<ModelFormatException>(() => ClipTokenizer.Load(copy)).Path);
    }

    [Theory]
    [InlineData("b c d")]
    [InlineData("nosuchtoken b")]
    [InlineData("one")]
    public void Load_BadMerge_NamesTheLine(string line)
    {
        using var folder = new TemporaryFolder();
        var copy = Path.Combine(Models.Copy(Models.Toybox, folder), "tokenizer");
        File.AppendAllText(Path.Combine(copy, "merges.txt"), line + "\n");
        var e = Assert.Throws<ModelFormatException>(() => ClipTokenizer.Load(copy));
        Assert.StartsWith("line ", e.Item, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LengthThatMeansUnknown_TakesClips()
    {
        using var folder = new TemporaryFolder();
        var copy = Path.Combine(Models.Copy(Models.Toybox, folder), "tokenizer");
        Models.Edit(Path.Combine(copy, "tokenizer_config.json"), json => json["model_max_length"] = 1e30);
        Assert.Equal(77, ClipTokenizer.Load(copy).MaxLength);
    }

    [Fact]
    public void Load_VocabularyWithoutAByte_NamesTheToken()
    {
        using var folder = new TemporaryFolder();
        var copy = Path.Combine(Models.Copy(Models.Toybox, folder), "tokenizer");
        Models.Edit(Path.Combine(copy, "vocab.json"), json => json.Remove("a</w>"));
        Assert.Equal("a</w>", Assert.Throws<ModelFormatException>(() => ClipTokenizer.Load(copy)).Item);
    }

    [Fact]
    public void Load_VocabularyThatNamesATokenTwice_IsRefused()
    {
        using var folder = new TemporaryFolder();
        var copy = Path.Combine(Models.Copy(Models.Toybox, folder), "tokenizer");
        var path = Path.Combine(copy, "vocab.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("{", "{\"a\": 1, ", StringComparison.Ordinal));
        Assert.Equal(path, Assert.Throws<ModelFormatException>(() => ClipTokenizer.Load(copy)).Path);
    }

    private static Dictionary<int, string> Symbols() =>
        JsonNode.Parse(File.ReadAllText(Path.Combine(Models.Toybox, "tokenizer", "vocab.json")))!.AsObject()
            .ToDictionary(pair => pair.Value!.GetValue<int>(), pair => pair.Key);

    /// <summary>Bytes as the vocabulary writes them: printable ones as themselves, the others from 256 on.</summary>
    private static string Visible(string text)
    {
        var hidden = Enumerable.Range(0, 256).Where(b => b is not ((>= '!' and <= '~') or (>= 0xA1 and <= 0xAC) or (>= 0xAE and <= 0xFF))).ToList();
        return string.Concat(Encoding.UTF8.GetBytes(text).Select(b => (char)(hidden.IndexOf(b) is var at and >= 0 ? 256 + at : b)));
    }
}
