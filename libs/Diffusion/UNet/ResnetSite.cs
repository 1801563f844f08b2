namespace VideoGrain.Diffusion.UNet;

/// <summary>Where in the UNet a resnet sits.</summary>
/// <param name="Name">Parameter prefix, such as "up_blocks.1.resnets.0".</param>
/// <param name="Block">Which third of the UNet.</param>
/// <param name="BlockIndex">Index of the block within its third; 0 for the middle block.</param>
/// <param name="LayerIndex">Index of the resnet within the block.</param>
/// <param name="Level">Resolution level.</param>
/// <param name="Branches">Guidance branches in the batch.</param>
/// <param name="Frames">Frames of the clip.</param>
public readonly record struct ResnetSite(
    string Name, UNetBlock Block, int BlockIndex, int LayerIndex, int Level, int Branches, int Frames);
