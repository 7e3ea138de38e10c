using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Lib.Net.Http.WebPush;
using Wsmq;

namespace WebPush;

/// <summary>Sends web pushes to users who have not read their messages on any device.</summary>
public sealed class MobilePush(Subscriptions subscriptions, PushServiceClient push) : IWsmqUnacknowledgedHook
{
    private const int MostText = 200;
    private const int TopicLength = 32;

    public async Task HandleAsync(WsmqUnacknowledged unacknowledged, CancellationToken cancellationToken)
    {
        // Just before it is sent: the user may have opened the app meanwhile.
        var still = await unacknowledged.StillAsync(cancellationToken);
        if (still.Messages.Count == 0)
            return;
        foreach (var subscription in subscriptions.Of(still.User))
            await SendAsync(still.User, subscription, MessageOf(still), cancellationToken);
    }

    private static PushMessage MessageOf(WsmqUnacknowledged still)
    {
        var text = still.Messages[^1].Body!.Value.To<Chat>()!.Text;
        var title = still.Messages.Count == 1 ? "A new message" : $"{still.Messages.Count} new messages";
        var content = JsonSerializer.Serialize(new { title, text = text.Length > MostText ? text[..MostText] : text });

        // The hook is called at least once: a push of the same topic replaces the one before, if that has not been delivered.
        var topic = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(still.Messages[^1].Id)))[..TopicLength];
        return new PushMessage(content) { Topic = topic, TimeToLive = (int)TimeSpan.FromDays(1).TotalSeconds, Urgency = PushMessageUrgency.Normal };
    }

    private async Task SendAsync(string user, PushSubscription subscription, PushMessage message, CancellationToken cancellationToken)
    {
        try
        {
            await push.RequestPushMessageDeliveryAsync(subscription, message, cancellationToken);
        }
        catch (PushServiceClientException e) when (e.StatusCode is HttpStatusCode.Gone or HttpStatusCode.NotFound)
        {
            // It has ended. Any other failure is thrown: the hook is called again later.
            subscriptions.Remove(user, subscription);
        }
    }
}
