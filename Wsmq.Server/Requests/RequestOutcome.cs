namespace Wsmq.Server.Requests;

/// <summary>How an attempt to have a request answered ended.</summary>
internal enum RequestEnd
{
    /// <summary>With a reply.</summary>
    Replied = 0,

    /// <summary>The responder has refused it, or failed, or is gone.</summary>
    Failed = 1,

    /// <summary>Nobody here answers such requests; it was given to nobody.</summary>
    Nobody = 2,

    /// <summary>All who answer such requests here are busy; it was given to nobody.</summary>
    Busy = 3,
}

/// <summary>The end of a request.</summary>
/// <param name="End">How it ended.</param>
/// <param name="Reply">The reply.</param>
/// <param name="Code">The code of a failure.</param>
/// <param name="Text">The text of a failure; null for none.</param>
internal sealed record RequestOutcome(RequestEnd End, WsmqReply? Reply = null, string? Code = null, string? Text = null)
{
    public static RequestOutcome Nobody { get; } = new(RequestEnd.Nobody);

    public static RequestOutcome Busy { get; } = new(RequestEnd.Busy);

    public static RequestOutcome Failed(string code, string? text = null) => new(RequestEnd.Failed, null, code, text);

    /// <summary>The reply.</summary>
    /// <exception cref="WsmqException">There is none: <c>request-failed</c>, <c>responder-busy</c> or <c>no-responder</c>.</exception>
    public WsmqReply ToReply() => End switch
    {
        RequestEnd.Replied => Reply ?? new WsmqReply(),
        RequestEnd.Failed => throw Failure(),
        RequestEnd.Busy => throw new WsmqException(WsmqErrors.ResponderBusy),
        _ => throw new WsmqException(WsmqErrors.NoResponder),
    };

    private WsmqException Failure()
    {
        // Another program may have written it.
        var code = WsmqRequestException.IsCode(Code) ? Code! : WsmqRequestException.HandlerFailed;
        return new WsmqException(WsmqErrors.RequestFailed, WsmqRequestException.Join(code, Text), new WsmqRequestException(code, Text));
    }
}
