using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace VideoGrain.Orchestrator.Persistence;

/// <summary>Stores a time as 100 ns ticks of UTC: sorts and compares the same on every provider.</summary>
internal sealed class UtcTicksConverter()
    : ValueConverter<DateTimeOffset, long>(time => time.UtcTicks, ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
