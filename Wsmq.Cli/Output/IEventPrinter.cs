namespace Wsmq.Cli.Output;

/// <summary>Formats the events of <c>listen</c>.</summary>
internal interface IEventPrinter
{
    string Delivery(WsmqDelivery delivery);

    string Gap(WsmqGapEventArgs gap);

    string StateComplete(WsmqStateCompleteEventArgs state);

    string Live(WsmqLiveMessage message);
}
