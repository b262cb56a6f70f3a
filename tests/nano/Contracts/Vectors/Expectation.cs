namespace EdgeFleet.Nano.Tests.Vectors
{
    /// <summary>
    /// What a vector must say: the message with every field, and whether our writer makes these very bytes of it. What is
    /// read only has keys that no writer of ours sends, or none that it always sends.
    /// </summary>
    public sealed class Expectation
    {
        public readonly object Message;

        public readonly bool ReadOnly;

        public Expectation(object message, bool readOnly)
        {
            Message = message;
            ReadOnly = readOnly;
        }
    }
}
