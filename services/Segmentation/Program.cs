using VideoGrain.Segmentation;
using VideoGrain.ServiceDefaults.Hosting;

return await SegmentationHost.Build(args).RunToEndAsync();
