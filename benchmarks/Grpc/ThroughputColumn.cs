using System.Globalization;
using BenchmarkDotNet.Columns;
using BenchmarkDotNet.Reports;
using BenchmarkDotNet.Running;

namespace VideoGrain.Grpc.Benchmarks;

/// <summary>The mean as what it stands for: MB/s (10^6 bytes) of a stream, calls/s of unary calls.</summary>
internal sealed class ThroughputColumn : IColumn
{
    private const double NanosecondsPerSecond = 1e9;
    private const double BytesPerMegabyte = 1e6;

    public string Id => nameof(ThroughputColumn);

    public string ColumnName => "Throughput";

    public string Legend => "MB/s of streams of 1 MiB chunks, calls/s of unary calls";

    public bool AlwaysShow => true;

    public ColumnCategory Category => ColumnCategory.Custom;

    public int PriorityInCategory => 0;

    public bool IsNumeric => false;

    public UnitType UnitType => UnitType.Dimensionless;

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase)
    {
        if (summary[benchmarkCase]?.ResultStatistics is not { } statistics)
            return "?";
        var perSecond = NanosecondsPerSecond / statistics.Mean;
        return benchmarkCase.Descriptor.WorkloadMethod.Name.StartsWith("Unary", StringComparison.Ordinal)
            ? string.Create(CultureInfo.InvariantCulture, $"{perSecond:N0} calls/s")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{perSecond * LoopbackBenchmarks.ChunkSize * LoopbackBenchmarks.Count / BytesPerMegabyte:N0} MB/s");
    }

    public string GetValue(Summary summary, BenchmarkCase benchmarkCase, SummaryStyle style) => GetValue(summary, benchmarkCase);

    public bool IsDefault(Summary summary, BenchmarkCase benchmarkCase) => false;

    public bool IsAvailable(Summary summary) => true;
}
