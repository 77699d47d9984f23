// SPDX-License-Identifier: Apache-2.0
pragma solidity 0.8.30;

import {IOrderBook} from "../src/IOrderBook.sol";
import {OfferBook} from "../src/OfferBook.sol";
import {Fixture} from "./support/Fixture.sol";

/// @dev What transactions cost, intrinsic gas and call data included, on a chain with the P-256 precompile. The bounds leave some headroom;
/// docs/contracts.md has the figures, which `contracts/forge test --match-contract GasTest -vv` shows.
/// forge-config: default.evm_version = "osaka"
/// forge-config: default.isolate = true
contract GasTest is Fixture {
    /// @dev forge shows events of this name as a line of text.
    // forge-lint: disable-next-line(mixed-case-function)
    event log_named_uint(string what, uint256 used);

    function test_Placing() public {
        place(request(1000, 10, 1));
        costs("place, a customer's first order", 365_000);
        place(request(1000, 10, 1));
        costs("place, later", 330_000);
        IOrderBook.Request memory asked = request(1000, 10, 1);
        asked.externalId = REPORT;
        asked.disputeWindow = 60;
        IOrderBook.AssetUse[] memory uses = new IOrderBook.AssetUse[](1);
        uses[0] = IOrderBook.AssetUse({offerId: offer(OWNER, OfferBook.Kind.Model, NODE, 1, 0), version: 1});
        VM.prank(CUSTOMER);
        book.placeOrder(asked, uses);
        costs("place, with an asset and an external id", 450_000);
    }

    function test_Leasing() public {
        IOrderBook.Request memory asked = request(1000, 10, 2);
        uint64 orderId = place(asked);
        assign(orderId, 0, 1, offerId);
        costs("lease", 210_000);
        assign(orderId, 1, 1, otherOfferId);
        costs("lease, the last slot", 218_000);
        assign(orderId, 1, 2, offerId);
        costs("re-lease, nothing earned", 176_000);
        count(orderId, 1, 5);
        assign(orderId, 1, 3, otherOfferId);
        costs("re-lease, the old one is paid", 298_000);
    }

    function test_Counting() public {
        uint64 orderId = run(1000, 10);
        count(orderId, 1, 1);
        costs("checkpoint, first", 94_000);
        count(orderId, 1, 2);
        costs("checkpoint, later", 75_000);
        report(orderId, 1, 3);
        costs("submitReport", 193_000);
    }

    function test_A_batch_of_fifty_orders() public {
        IOrderBook.Checkpoint[] memory batch = new IOrderBook.Checkpoint[](50);
        for (uint256 i; i < 50; i++) {
            batch[i] = point(run(1000, 10), 1, 1);
        }
        book.checkpointBatch(batch);
        cost("batch of 50 orders, each, first", VM.lastCallGas().gasTotalUsed / 50, 69_000);
        for (uint256 i; i < 50; i++) {
            batch[i] = point(batch[i].orderId, 1, 2);
        }
        book.checkpointBatch(batch);
        cost("batch of 50 orders, each, later", VM.lastCallGas().gasTotalUsed / 50, 50_000);
    }

    function test_A_batch_of_fifty_of_one_order() public {
        uint64 orderId = run(1000, 10);
        IOrderBook.Checkpoint[] memory batch = new IOrderBook.Checkpoint[](50);
        for (uint256 i; i < 50; i++) {
            batch[i] = point(orderId, 1, uint128(i) + 1);
        }
        book.checkpointBatch(batch);
        cost("batch of 50 of one order, each", VM.lastCallGas().gasTotalUsed / 50, 25_500);
    }

    function test_Ending() public {
        uint64 first = run(1000, 10);
        report(first, 1, 3);
        book.settle(first);
        costs("settle, first credits", 215_000);
        uint64 second = run(1000, 10);
        report(second, 1, 3);
        book.settle(second);
        costs("settle, later", 160_000);
        VM.prank(CUSTOMER);
        vault.withdraw(address(token));
        costs("withdraw", 52_000);
        uint64 open = place(request(1000, 10, 1));
        VM.prank(CUSTOMER);
        book.closeOrder(open);
        costs("close, with its refund", 121_000);
    }

    function test_The_largest_order_can_be_ended() public {
        IOrderBook.AssetUse[] memory uses = new IOrderBook.AssetUse[](8);
        for (uint256 i; i < 8; i++) {
            address owner = address(uint160(0x8000 + i));
            uses[i] = IOrderBook.AssetUse({offerId: offer(owner, OfferBook.Kind.Model, NODE, 1, 0), version: 1});
        }
        VM.prank(CUSTOMER);
        uint64 orderId = book.placeOrder(request(10_000, 100, 16), uses);
        for (uint8 slot; slot < 16; slot++) {
            address provider = address(uint160(0x9000 + slot));
            enroll(provider, NODE, STAKE_PER_LEASE);
            assign(orderId, slot, 1, offer(provider, OfferBook.Kind.Compute, NODE, 0, 1));
        }
        report(orderId, 1, 3);
        book.settle(orderId);
        costs("settle, 16 providers and 8 owners", 1_440_000);
    }

    function costs(string memory what, uint256 most) private {
        cost(what, VM.lastCallGas().gasTotalUsed, most);
    }

    function cost(string memory what, uint256 used, uint256 most) private {
        emit log_named_uint(what, used);
        assertTrue(used <= most, what);
    }
}
