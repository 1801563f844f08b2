using Grpc.Core;
using VideoGrain.Protos.V1;

namespace VideoGrain.EndToEnd.Tests;

/// <summary>What can be known to be wrong is refused at submit, by field and reason, before anything queues.</summary>
public sealed class BadInputTests(WholeSystem system)
{
    public static TheoryData<string, string, string, Action<EditSpecification>> BadSpecifications() => new()
    {
        { "specification.regions[0].source.noun.noun", "NOUN_NOT_FOUND", "source_prompt", s => s.Regions[0].Source = Noun("polar bear") },
        // Letters of a word that is no token of its own.
        { "specification.regions[0].source.noun.noun", "NOUN_NOT_FOUND", "source prompt", s => s.Regions[0].Source = Noun("hood") },
        { "specification.regions[0].source.noun.noun", "FIELD_REQUIRED", "empty", s => s.Regions[0].Source = Noun(" ") },
        { "specification.regions[0].source.noun.index", "OPTION_OUT_OF_RANGE", "0 to 7", s => s.Regions[0].Source = Noun("man", 8) },
        { "specification.clustering.nouns[1]", "NOUN_NOT_FOUND", "source_prompt", s => s.Clustering = new EditClustering { Nouns = { "man", "bear" } } },
        { "specification.clustering.cluster_count", "OPTION_OUT_OF_RANGE", "2 to 16", s => s.Clustering = new EditClustering { ClusterCount = 17 } },
        { "specification.clustering.attention_steps", "OPTION_OUT_OF_RANGE", "0 to 2", s => s.Clustering = new EditClustering { AttentionSteps = 3 } },
        {
            "specification.clustering.cluster_count", "OPTION_OUT_OF_RANGE", "2 clusters cannot be named by 3 nouns",
            s => (s.Output.Clusters, s.Clustering) = (true, new EditClustering { ClusterCount = 2, Nouns = { "man", "red", "hoodie" } })
        },
        { "specification.clustering.cluster_count", "TOO_MANY_CLUSTERS", "has 9", s => (s.Output.Clusters, s.Clustering) = (true, new EditClustering { ClusterCount = 10 }) },
        { "specification.options.inject_step", "OPTION_OUT_OF_RANGE", "only 2", s => (s.Options.UsePnp, s.Options.InjectStep) = (true, 3) },
        { "specification.options.free_u.b1", "OPTION_OUT_OF_RANGE", "0 to 4", s => s.Options.FreeU = new FreeUOptions { Enabled = true, B1 = 4.5 } },
        { "specification.options.free_u.s2", "OPTION_OUT_OF_RANGE", "0 to 4", s => s.Options.FreeU = new FreeUOptions { Enabled = true, S2 = -1 } },
        { "specification.options.free_u.b2", "OPTION_OUT_OF_RANGE", "0 to 4", s => s.Options.FreeU = new FreeUOptions { Enabled = true, B2 = double.NaN } },
    };

    [Theory]
    [MemberData(nameof(BadSpecifications), DisableDiscoveryEnumeration = true)]
    public async Task Specification_OutOfBounds_IsRefusedAtSubmit(string field, string reason, string limit, Action<EditSpecification> spoil)
    {
        var specification = Clips.Edit(2, 24, 24);
        spoil(specification);

        var error = await system.RefusalAsync(specification, Clips.Pixels(2, 24, 24));

        Assert.Equal(StatusCode.InvalidArgument, error.Code);
        var violation = Assert.Single(error.Violations, violation => violation.Field == field);
        Assert.Equal(reason, violation.Reason);
        Assert.Contains(limit, violation.Description, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3, 24, 24)]
    [InlineData(2, 24, 32)]
    [InlineData(2, 48, 48)]
    public async Task ControlMaps_OfAnotherSizeOrCount_AreRefusedAtSubmit(int frames, int height, int width)
    {
        var specification = Clips.Edit(2, 24, 24);
        specification.Uploads.Add(Clips.Raw("maps", frames, height, width, 3));
        specification.Control = new EditControl { Upload = "maps", Options = new ControlOptions { Type = ControlType.Default } };

        var error = await system.RefusalAsync(specification, Clips.Pixels(2, 24, 24), Clips.Pixels(frames, height, width));

        Assert.Equal((StatusCode.InvalidArgument, "CONTROL_MISMATCH"), (error.Code, Assert.Single(error.Violations).Reason));
        Assert.Equal("specification.control.upload", error.Violations[0].Field);
    }

    private static RegionSource Noun(string noun, uint? index = null)
    {
        var query = new NounQuery { Noun = noun };
        if (index is { } which) query.Index = which;
        return new RegionSource { Noun = query };
    }
}
