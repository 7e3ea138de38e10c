using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Wsmq;

/// <summary>Answers the requests of one type.</summary>
/// <param name="type">The name of the type on the wire.</param>
internal abstract class RequestHandler(string type)
{
    public string Type => type;

    /// <summary>Calls the app's handler.</summary>
    /// <exception cref="JsonException">The body does not fit.</exception>
    /// <exception cref="Exception">What the handler throws.</exception>
    public abstract Task<WsmqOutgoingMessage> HandleAsync(WsmqIncomingRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Calls the app's handler, and makes an answer of whatever it returns or throws. No type and no message of an exception gets into it, unless
    /// the handler has thrown <see cref="WsmqRequestException"/>.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="failed">Reports an exception that the requester is not told of.</param>
    /// <param name="cancellationToken">Is cancelled when nobody waits any more.</param>
    public async Task<RequestAnswer> AnswerAsync(WsmqIncomingRequest request, Action<Exception> failed, CancellationToken cancellationToken)
    {
        try
        {
            return new RequestAnswer(await HandleAsync(request, cancellationToken).ConfigureAwait(false));
        }
        catch (WsmqRequestException e)
        {
            return RequestAnswer.Refusal(e.Code, e.Text);
        }
        catch (UnreadableRequestException e)
        {
            failed(e.InnerException!);
            return RequestAnswer.Refusal(WsmqRequestException.InvalidRequest, "the body does not fit");
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return RequestAnswer.Refusal(WsmqRequestException.Cancelled);
        }
        catch (Exception e)
        {
            failed(e);
            return RequestAnswer.Refusal(WsmqRequestException.HandlerFailed);
        }
    }
}

/// <summary>A handler of requests with typed bodies and replies.</summary>
internal sealed class RequestHandler<T, TReply>(
    string type, JsonTypeInfo<T> body, JsonTypeInfo<TReply> reply, Func<WsmqRequest<T>, CancellationToken, Task<TReply>> handle) : RequestHandler(type)
{
    public override async Task<WsmqOutgoingMessage> HandleAsync(WsmqIncomingRequest request, CancellationToken cancellationToken)
    {
        var typed = new WsmqRequest<T>(Read(request), request);
        var result = await handle(typed, cancellationToken).ConfigureAwait(false);
        return TypedBody.Reply(result, reply);
    }

    private T Read(WsmqIncomingRequest request)
    {
        try
        {
            if (request.Body is not { } json)
                throw new JsonException("The body is bytes, not JSON.");
            return json.To(body) ?? throw new JsonException($"The body is null, not a {typeof(T).Name}.");
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // Converters may throw any exception.
            throw new UnreadableRequestException(e);
        }
    }
}

/// <summary>The body of a request does not fit its handler.</summary>
internal sealed class UnreadableRequestException(Exception inner) : Exception(inner.Message, inner);
