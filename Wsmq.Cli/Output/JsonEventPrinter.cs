namespace Wsmq.Cli.Output;

/// <summary>A delivery as it is on the wire; anything else under the name of what it is.</summary>
internal sealed class JsonEventPrinter : IEventPrinter
{
    public string Delivery(WsmqDelivery delivery) => JsonLines.Of(delivery);

    public string Gap(WsmqGapEventArgs gap) => JsonLines.Of(new
    {
        Gap = new { Source = gap.Source.ToString(), After = gap.After.ToString(), Before = gap.Before.ToString(), gap.Reason },
    });

    public string Live(WsmqLiveMessage message) => JsonLines.Of(new { Live = message });
}
