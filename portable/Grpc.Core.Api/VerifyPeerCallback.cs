namespace Grpc.Core;

/// <summary>Extra check of a server's certificate.</summary>
/// <param name="context">The server and its certificate.</param>
/// <returns>Whether the server is accepted.</returns>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
