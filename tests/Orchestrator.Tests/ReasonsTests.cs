using System.Reflection;
using System.Text.RegularExpressions;
using VideoGrain.Orchestrator.Submission;

namespace VideoGrain.Orchestrator.Tests;

/// <summary>What callers may switch on stands in the guide to the API.</summary>
public sealed partial class ReasonsTests
{
    // Some reasons stand with the code that gives them, so that every constant of the service that is spelled like a reason counts as one.
    public static TheoryData<string> Reasons() => new(typeof(SubmissionReasons).Assembly.GetTypes()
        .SelectMany(type => type.GetFields(BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Static | BindingFlags.DeclaredOnly))
        .Where(field => field.IsLiteral && field.FieldType == typeof(string))
        .Select(field => (string)field.GetRawConstantValue()!)
        .Where(value => Spelling().IsMatch(value))
        .Distinct());

    [Theory]
    [MemberData(nameof(Reasons))]
    public void Reason_OfEveryError_IsDocumented(string reason)
    {
        var guide = typeof(ReasonsTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "ApiGuide").Value!;

        Assert.Contains(File.ReadLines(guide), line => line.StartsWith('|') && line.Split('|')[1].Contains($"`{reason}`", StringComparison.Ordinal));
    }

    [GeneratedRegex("^[A-Z][A-Z0-9]*(_[A-Z0-9]+)+$")]
    private static partial Regex Spelling();
}
