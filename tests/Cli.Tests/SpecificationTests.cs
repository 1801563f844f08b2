using VideoGrain.Cli.Specification;
using VideoGrain.Media;
using VideoGrain.Media.Png;
using VideoGrain.Protos.V1;

namespace VideoGrain.Cli.Tests;

public sealed class SpecificationTests : IDisposable
{
    private readonly TestFolder _folder = new();
    private readonly CancellationToken _cancellation = TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void WholeSpecification_BecomesTheContractsMessage()
    {
        EditSpecification edit = SpecificationReader.Read(_folder.Write("""
            clip: {path: clip.mp4, start_frame: 2, frame_count: 8, height: 64, resize: stretch}
            source_prompt: two men
            prompt: a bear and a robot
            negative_prompt: blurry
            model: toybox
            name: Test
            request_id: r-1
            labels: {team: a, run: 7}
            queue_timeout: 1.5m
            priority: high
            profile: published
            seed: 18446744073709551615
            options:
              steps: 20
              guidance_scale: 6.5
              modulate_finest: true
              self_branches: both
              attention_span: sparse_causal
              self_size_divisor: frames_times_tokens
              flatten_divisors: [1, 2]
              free_u: {enabled: true, b1: 1.1}
            output: {frame_rate: 12, strip: true, preview_every: 5}
            control: {type: depth, conditioning_scale: 0.5, model: tiny}
            regions:
              - {id: bear, phrase: a bear, masks: left}
              - {phrase: a robot, instance: {class: person, index: 1}}
              - {phrase: "", background: true}
              - {id: spot, point: {frame: 1, x: 2.5, y: 3}}
            """)).Message;

        Assert.Equal(("two men", "a bear and a robot", "blurry", "toybox", "Test", "r-1"),
            (edit.SourcePrompt, edit.TargetPrompt, edit.NegativePrompt, edit.Model, edit.DisplayName, edit.RequestId));
        Assert.Equal(new ClipSource { Upload = "clip", StartFrame = 2, FrameCount = 8, Height = 64, Resize = ResizeMode.Stretch }, edit.Clip);
        Assert.Equal((90L, EditPriority.High), (edit.QueueTimeout.Seconds, edit.Priority));
        Assert.Equal("7", edit.Labels["run"]);
        Assert.Equal(
            new EditOptions
            {
                Profile = Profile.Published,
                Seed = ulong.MaxValue,
                Steps = 20,
                GuidanceScale = 6.5,
                ModulateFinest = true,
                SelfBranches = GuidanceBranches.Both,
                AttentionSpan = AttentionSpan.SparseCausal,
                SelfSizeDivisor = SizeDivisor.FramesTimesTokens,
                FlattenDivisors = new FlattenDivisors { Divisors = { 1, 2 } },
                FreeU = new FreeUOptions { Enabled = true, B1 = 1.1 },
            },
            edit.Options);
        Assert.Equal(new OutputOptions { FrameRate = 12, Strip = true, PreviewEvery = 5 }, edit.Output);
        Assert.Equal((ControlType.Depth, 0.5, "tiny"), (edit.Control.Options.Type, edit.Control.Options.ConditioningScale, edit.Control.Model));
        Assert.Equal(["bear", "region2", "region3", "spot"], edit.Regions.Select(r => r.Id));
        Assert.Equal("masks-bear", edit.Regions[0].Source.Mask.Name);
        Assert.Equal(new InstanceQuery { ClassName = "person", Index = 1 }, edit.Regions[1].Source.Instance);
        Assert.NotNull(edit.Regions[2].Source.Background);
        Assert.Equal(new PointQuery { Frame = 1, X = 2.5, Y = 3 }, edit.Regions[3].Source.Point);
    }

    [Theory]
    [InlineData("prompt: x", "clip.mp4\nclip: clip.mp4", 3, "clip", "duplicate")]
    [InlineData("promt: x", "clip.mp4", 2, "promt", "is 'prompt' meant")]
    [InlineData("prompt: x\nflavour: y", "clip.mp4", 3, "flavour", "no such key")]
    [InlineData("prompt: [a, b]", "clip.mp4", 2, "prompt", "text is expected")]
    [InlineData("prompt:", "clip.mp4", 2, "prompt", "text is expected")]
    [InlineData("source_prompt: x", "clip.mp4", 1, "prompt", "required")]
    [InlineData("prompt: x", "absent.mp4", 1, "clip", "no 'absent.mp4'")]
    [InlineData("prompt: x", "../clip.mp4", 1, "clip", "may not leave the folder")]
    [InlineData("prompt: x\nregions: 7", "clip.mp4", 3, "regions", "list of regions")]
    [InlineData("prompt: x\nregions:\n  - just text", "clip.mp4", 4, "regions[0]", "is a mapping")]
    [InlineData("prompt: x\nregions:\n  - phrase: x", "clip.mp4", 4, "regions[0]", "needs a place")]
    [InlineData("prompt: x\nregions:\n  - {phrase: x, background: true, masks: left}", "clip.mp4", 4, "regions[0]", "one place")]
    [InlineData("prompt: x\nregions:\n  - phrase: x\n    masks: [left, absent]", "clip.mp4", 5, "regions[0].masks[1]", "no 'absent'")]
    [InlineData("prompt: x\nregions:\n  - {phrase: x, masks: left, threshold: 256}", "clip.mp4", 4, "regions[0].threshold", "between 1 and 255")]
    [InlineData("prompt: x\nregions:\n  - {phrase: x, masks: left, grow: wide}", "clip.mp4", 4, "regions[0].grow", "whole number")]
    [InlineData("prompt: x\nregions:\n  - {phrase: x, background: false}", "clip.mp4", 4, "regions[0].background", "Leave the key out")]
    [InlineData("prompt: x\nregions:\n  - {id: 'a b', phrase: x, background: true}", "clip.mp4", 4, "regions[0].id", "1 to 64 characters")]
    [InlineData("prompt: x\nregions:\n  - {id: a, background: true}\n  - {id: a, noun: man}", "clip.mp4", 5, "regions[1].id", "Two regions")]
    [InlineData("prompt: x\noptions:\n  steps: many", "clip.mp4", 4, "options.steps", "whole number")]
    [InlineData("prompt: x\noptions:\n  guidance_scale: .nan", "clip.mp4", 4, "options.guidance_scale", "number is expected")]
    [InlineData("prompt: x\noptions:\n  use_pnp: maybe", "clip.mp4", 4, "options.use_pnp", "true or false")]
    [InlineData("prompt: x\noptions:\n  seed: 3", "clip.mp4", 4, "options.seed", "no such key")]
    [InlineData("prompt: x\nprofile: perfect", "clip.mp4", 3, "profile", "published, corrected")]
    [InlineData("prompt: x\nqueue_timeout: 5 parsecs", "clip.mp4", 3, "queue_timeout", "90s, 15m or 2h")]
    [InlineData("prompt: x\npriority: urgent", "clip.mp4", 3, "priority", "low, normal, high")]
    [InlineData("prompt: \"open", "clip.mp4", 2, "", "well-formed")]
    public void Error_NamesLineAndField(string body, string clip, int line, string field, string message)
    {
        string file = _folder.Write($"clip: {clip}\n{body}\n");

        SpecificationException refused = Assert.Throws<SpecificationException>(() => SpecificationReader.Read(file));

        SpecificationError error = refused.Errors[0];
        Assert.Contains(message, error.Message, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(file, error.File);
        if (message is not ("duplicate" or "well-formed"))
            Assert.Equal((line, field), (error.Line, error.Field));
        Assert.True(error.Line > 0);
    }

    [Fact]
    public void AllErrors_AreToldAtOnceInTheOrderOfTheFile()
    {
        SpecificationException refused = Assert.Throws<SpecificationException>(
            () => SpecificationReader.Read(_folder.Write("clip: absent\nprompt: x\nseed: -1\noptions: {steps: a, inject_step: b}\n")));

        Assert.Equal(["clip", "seed", "options.steps", "options.inject_step"], refused.Errors.Select(e => e.Field));
    }

    [Fact]
    public void AbsolutePath_MayLeaveTheFolder()
    {
        using TestFolder elsewhere = new();

        EditDocument document = SpecificationReader.Read(_folder.Write($"clip: {elsewhere["clip.mp4"]}\nprompt: x\n"));

        Assert.Equal(elsewhere["clip.mp4"], document.Uploads[0].Paths[0]);
    }

    [Fact]
    public void HugeOrDeepFiles_AreRefused()
    {
        Assert.Contains("at most", Assert.Throws<SpecificationException>(
            () => SpecificationReader.Read(_folder.Write(new string('#', 1 << 21)))).Errors[0].Message);
        Assert.Contains("nests deeper", Assert.Throws<SpecificationException>(
            () => SpecificationReader.Read(_folder.Write("clip: " + new string('[', 100_000)))).Errors[0].Message);
    }

    [Fact]
    public void Grow_IsPartOfTheRegionsPlace()
    {
        EditDocument document = SpecificationReader.Read(_folder.Write("clip: clip.mp4\nprompt: x\nregions:\n  - {phrase: x, masks: left, grow: 9}\n"));

        Assert.Equal(9u, document.Message.Regions[0].Source.Grow);
    }

    [Fact]
    public async Task Masks_OfSeveralPaths_AreUnitedAndSentAsPictures()
    {
        EditDocument document = SpecificationReader.Read(_folder.Write("clip: clip.mp4\nprompt: x\nregions:\n  - {phrase: x, masks: [left, right]}\n"));

        PreparedEdit edit = await EditPreparer.PrepareAsync(document, MediaLimits.Default, _cancellation);

        Assert.Equal(["clip", "masks-region1"], edit.Message.Uploads.Select(u => u.Name));
        Assert.Equal([UploadFormat.Video, UploadFormat.PngSequence], edit.Message.Uploads.Select(u => u.Format));
        Assert.Equal(edit.Parts[1].Select(p => (ulong)p.Length), edit.Message.Uploads[1].PartBytes);
        using MemoryStream png = new();
        await using (Stream part = edit.Parts[1][1].Open())
            await part.CopyToAsync(png, _cancellation);
        Assert.Equal(32, PngReader.Read(png.ToArray()).ToMask().Count);
    }

    [Fact]
    public async Task FilesThatCannotBeUsed_AreReportedAtTheirLines()
    {
        await File.WriteAllTextAsync(_folder["clip.mp4"], "no clip at all, only words", _cancellation);
        Directory.CreateDirectory(_folder["empty"]);
        EditDocument document = SpecificationReader.Read(_folder.Write("prompt: x\nclip: clip.mp4\nregions:\n  - phrase: x\n    masks: empty\n"));

        SpecificationException refused = await Assert.ThrowsAsync<SpecificationException>(
            () => EditPreparer.PrepareAsync(document, MediaLimits.Default, _cancellation));

        Assert.Equal([(2, "clip"), (5, "regions[0].masks")], refused.Errors.Select(e => (e.Line, e.Field)));
    }

    [Theory]
    [InlineData("specification.regions[0].phrase", 4, "regions[0].phrase")]
    [InlineData("specification.options.guidance_scale", 3, "options.guidance_scale")]
    [InlineData("specification.target_prompt", 2, "prompt")]
    [InlineData("specification.uploads[0].part_bytes[0]", 1, "clip")]
    [InlineData("specification.unheard_of", 0, "unheard_of")]
    public void WhatAServerRefuses_IsFoundInTheFile(string contractField, int line, string field)
    {
        EditDocument document = SpecificationReader.Read(_folder.Write(
            "clip: clip.mp4\nprompt: x\noptions: {guidance_scale: 99}\nregions: [{phrase: y, background: true}]\n"));

        SpecificationError error = document.Places.Locate(contractField, "wrong");

        Assert.Equal((line, field), (error.Line, error.Field));
    }

    [Theory]
    [InlineData("snow")]
    [InlineData("wall")]
    [InlineData("sand")]
    public async Task BundledSamples_AreReadyToBeSent(string sample)
    {
        foreach (string level in new[] { "instance", "class", "part" })
        {
            EditDocument document = SpecificationReader.Read(Path.Combine(Samples.Folder, sample, level + ".yaml"));
            PreparedEdit edit = await EditPreparer.PrepareAsync(document, MediaLimits.Default, _cancellation);
            Assert.All(edit.Parts.Skip(1), masks => Assert.Equal(16, masks.Count));
            Assert.All(edit.Message.Regions, r => Assert.Contains(r.Phrase, edit.Message.TargetPrompt, StringComparison.Ordinal));
        }
    }
}
