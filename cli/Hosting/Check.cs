using System.Text.Json.Serialization;

namespace VideoGrain.Cli.Hosting;

/// <summary>What one look at this machine found.</summary>
/// <param name="Name">What was looked at.</param>
/// <param name="Outcome">Whether it is as it has to be.</param>
/// <param name="Detail">What was found, and what to do about it.</param>
internal sealed record Check(string Name, [property: JsonConverter(typeof(JsonStringEnumConverter<CheckOutcome>))] CheckOutcome Outcome, string Detail);
