namespace Wsmq.Server.Framing;

/// <summary>
/// The largest input that is read as one call, in bytes: a frame of the hub, or the body of an HTTP request. It is well above the sizes
/// that wsmq allows (base64 alone adds a third): a message that is only slightly too large is refused with an error code instead.
/// </summary>
internal static class LargestFrame
{
    private const int EnvelopeBytes = 64 * 1024;

    public static long Of(WsmqOptions options) => (2L * options.Publish.MaxBodyBytes) + (2L * options.Publish.MaxHeaderBytes) + EnvelopeBytes;
}
