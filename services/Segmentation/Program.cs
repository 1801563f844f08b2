using VideoGrain.Segmentation;

await SegmentationHost.Build(args).RunAsync();
