using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>Stores a duration as 100 ns ticks.</summary>
internal sealed class DurationTicksConverter() : ValueConverter<TimeSpan, long>(span => span.Ticks, ticks => new TimeSpan(ticks));
