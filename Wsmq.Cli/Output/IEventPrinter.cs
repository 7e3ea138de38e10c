namespace Wsmq.Cli.Output;

/// <summary>How <c>listen</c> shows what happens.</summary>
internal interface IEventPrinter
{
    string Delivery(WsmqDelivery delivery);

    string Gap(WsmqGapEventArgs gap);

    string Live(WsmqLiveMessage message);
}
