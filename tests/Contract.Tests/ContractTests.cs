using Google.Protobuf.Reflection;
using VideoGrain.Protos.V1;

namespace VideoGrain.Contract.Tests;

public class ContractTests
{
    private static readonly FileDescriptor[] Files =
    [
        CommonReflection.Descriptor, SegmentationServiceReflection.Descriptor, InversionServiceReflection.Descriptor,
        DenoiserServiceReflection.Descriptor, OrchestratorServiceReflection.Descriptor,
    ];

    [Fact]
    public async Task Contract_PassesTheStandardAndCommentRules()
    {
        var (exitCode, output) = await Buf.RunAsync("lint", Buf.Protos);
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Contract_IsFormatted()
    {
        var (exitCode, output) = await Buf.RunAsync("format", "--diff", "--exit-code", Buf.Protos);
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Contract_BreaksNothingOfItsBaseline()
    {
        var (exitCode, output) = await Buf.RunAsync("breaking", Buf.Protos, "--against", Path.Combine(Buf.Folder, "baseline.binpb"));
        Assert.True(exitCode == 0, output);
    }

    [Fact]
    public async Task Rules_ForAContractThatBreaksThem_Complain()
    {
        var folder = Directory.CreateTempSubdirectory("contract");
        try
        {
            await File.WriteAllTextAsync(Path.Combine(folder.FullName, "bad.proto"), "syntax = \"proto3\"; message lower { string Name = 1; }", TestContext.Current.CancellationToken);
            File.Copy(Path.Combine(Buf.Protos, "buf.yaml"), Path.Combine(folder.FullName, "buf.yaml"));

            var (exitCode, output) = await Buf.RunAsync("lint", folder.FullName);

            Assert.NotEqual(0, exitCode);
            Assert.Contains("comment", output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Services_AreThoseOfTheDesign()
    {
        var calls = Files.SelectMany(file => file.Services).ToDictionary(service => service.Name, service => service.Methods.Select(method => method.Name).ToHashSet());
        Assert.Equal(["DenoiserService", "InversionService", "OrchestratorService", "SegmentationService"], calls.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(["Denoise", "GetCapabilities"], calls["DenoiserService"].Order(StringComparer.Ordinal));
        Assert.Equal(["GetCapabilities", "Invert"], calls["InversionService"].Order(StringComparer.Ordinal));
        Assert.Equal(
            ["ClusterInversion", "EstimateControl", "EstimateFlow", "GetCapabilities", "ListModels", "SegmentVideo"],
            calls["SegmentationService"].Order(StringComparer.Ordinal));
        Assert.Equal(
            ["CancelEdit", "DeleteEdit", "DownloadArtifact", "EditVideo", "GetCapabilities", "GetEdit", "ListEdits", "SubmitEdit", "WatchEdit"],
            calls["OrchestratorService"].Order(StringComparer.Ordinal));
    }
}
