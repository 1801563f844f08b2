using BenchmarkDotNet.Attributes;
using VideoGrain.Media;
using VideoGrain.Media.Flow;
using VideoGrain.Segmentation.Control;
using VideoGrain.Segmentation.Regions;

namespace VideoGrain.Segmentation.Benchmarks;

/// <summary>What needs no model, per frame of 512 x 512 pixels.</summary>
[MemoryDiagnoser]
public class EstimatorBenchmarks
{
    private const double CannyLow = 100;
    private const double CannyHigh = 200;
    private const int Count = 8;
    private static readonly MaskCleanUp CleanUp = new(1, 0.005);

    private IReadOnlyList<Frame> _frames = [];
    private IReadOnlyList<FlowField> _flows = [];
    private IReadOnlyList<IReadOnlyList<Detection>> _detections = [];

    [GlobalSetup]
    public void Setup()
    {
        _frames = BenchmarkClip.Frames(Count);
        _flows = [.. _frames.Zip(_frames.Skip(1), (from, to) => ClipFlow.Estimate(from, to, CancellationToken.None))];
        _detections = BenchmarkClip.Detections(Count);
    }

    [Benchmark]
    public Frame Canny() => CannyEdges.Draw(_frames[0], CannyLow, CannyHigh);

    [Benchmark]
    public Frame SoftEdge() => SoftEdges.Draw(_frames[0]);

    /// <summary>As EstimateFlow gives it: both directions, every pixel.</summary>
    [Benchmark]
    public FlowField Flow() => PyramidalFlow.Estimate(_frames[0], _frames[1]);

    /// <summary>As tracking needs it: on a small copy of the frames.</summary>
    [Benchmark]
    public FlowField TrackingFlow() => ClipFlow.Estimate(_frames[0], _frames[1], CancellationToken.None);

    /// <summary>Two objects, their masks closed and their holes filled.</summary>
    [Benchmark]
    public int MaskCleanUp() => _detections[0].Sum(d => CleanUp.Tidy(d.Mask).Count);

    /// <summary>Two objects over eight frames, flow and detections given.</summary>
    [Benchmark(OperationsPerInvoke = Count)]
    public int Tracking()
    {
        var tracker = new RegionTracker();
        for (var f = 0; f < Count; f++)
            tracker.Add(_frames[f], _detections[f], f == 0 ? null : new(_flows[f - 1]));
        return tracker.Complete().Count;
    }
}
