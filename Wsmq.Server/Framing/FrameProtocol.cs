using System.Buffers;
using System.Diagnostics.CodeAnalysis;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace Wsmq.Server.Framing;

/// <summary>SignalR's JSON protocol, which also writes <see cref="RawFrames"/>, and results without garbage.</summary>
internal sealed class FrameProtocol(JsonHubProtocol json) : IHubProtocol
{
    public string Name => json.Name;

    public int Version => json.Version;

    public TransferFormat TransferFormat => json.TransferFormat;

    public bool IsVersionSupported(int version) => json.IsVersionSupported(version);

    public bool TryParseMessage(ref ReadOnlySequence<byte> input, IInvocationBinder binder, [NotNullWhen(true)] out HubMessage? message) =>
        json.TryParseMessage(ref input, binder, out message);

    public void WriteMessage(HubMessage message, IBufferWriter<byte> output)
    {
        if (message is RawFrames raw)
            output.Write(raw.Frames);
        else if (!StreamResults.TryWrite(message, output))
            json.WriteMessage(message, output);
    }

    public ReadOnlyMemory<byte> GetMessageBytes(HubMessage message) =>
        message is RawFrames raw ? raw.Frames.ToArray() : json.GetMessageBytes(message);
}
