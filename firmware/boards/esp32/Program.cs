namespace EdgeFleet.Boards.Esp32
{
    /// <summary>Where the runtime begins.</summary>
    public static class Program
    {
        /// <summary>Runs the node; never returns.</summary>
        public static void Main()
        {
        }
    }
}
