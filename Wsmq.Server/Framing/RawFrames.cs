using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Framing;

/// <summary>
/// Finished frames, which <see cref="FrameProtocol"/> writes as they are. A message of SignalR's own for this takes three objects for each
/// write.
/// </summary>
internal abstract class RawFrames : HubMessage
{
    public abstract ReadOnlySpan<byte> Frames { get; }
}
